# transferlab on a CPU: JupyterLab with the kernel "Go (tlkit)", ready to use.
#   docker build -f docker/cpu.Dockerfile -t transferlab:cpu .
#   docker compose -f docker/compose.yaml up
# The steps are the scripts beside this file; `make docker-check` runs the same ones in a bare Debian root.
ARG BASE=debian:trixie-20250811-slim

FROM ${BASE} AS system
COPY docker/packages.txt docker/install-packages.sh /opt/docker/
RUN sh /opt/docker/install-packages.sh

# Set-up needs a module cache and build leftovers that the finished image does without.
FROM system AS build
COPY --chown=lab:lab . /home/lab/transferlab
USER lab
RUN sh /home/lab/transferlab/docker/set-up.sh && rm -rf /home/lab/.cache/pip

FROM system
COPY --from=build --chown=lab:lab /home/lab /home/lab
USER lab
WORKDIR /home/lab/transferlab
ENV GOTOOLCHAIN=auto GOFLAGS=-buildvcs=false
EXPOSE 8888
# Inside the container every address; compose publishes it on the host's loopback address alone. The token is printed.
CMD ["bin/kernel", "lab", "--ip", "0.0.0.0", "--port", "8888"]
