#!/bin/sh
# Sets up OpenRefine 3.9.3 as a Java library in .cache/openrefine and prints the class path:
#
#	java -cp "$(sh tlkit/clean/openrefine.sh)" Program.java
#
# It needs Java 17 and Maven (mvn), and the network once; the jars are those listed, with their SHA-256, in
# openrefine.sha256. Run again, it only prints. OPENREFINE_JARS names a folder that already holds the jars.
# Only the parity scripts use it, never a Go test.
set -eu
version=3.9.3
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
jars=${OPENREFINE_JARS:-$top/.cache/openrefine/$version}

if [ ! -d "$jars" ]; then
  command -v java >/dev/null && command -v mvn >/dev/null || {
    echo "openrefine.sh: java (17 or later) and mvn are needed; on Debian: apt-get install openjdk-17-jdk-headless maven" >&2
    exit 1
  }
  mkdir -p "$(dirname "$jars")"
  new=$(mktemp -d "$(dirname "$jars")/.new.XXXXXX")
  trap 'rm -rf "$new"' EXIT
  cat >"$new/pom.xml" <<POM
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>transferlab</groupId><artifactId>parity</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.openrefine</groupId><artifactId>main</artifactId><version>$version</version></dependency>
  </dependencies>
</project>
POM
  mvn --batch-mode --quiet -f "$new/pom.xml" dependency:copy-dependencies -DoutputDirectory="$new/lib" >&2
  (cd "$new/lib" && sha256sum --check --quiet --strict "$here/openrefine.sha256") >&2
  mv -T "$new/lib" "$jars" 2>/dev/null || [ -d "$jars" ] # another run may have been first
fi
printf '%s\n' "$jars/*"
