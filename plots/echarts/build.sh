#!/bin/sh
# Builds echarts.min.js: the parts of Apache ECharts that the charts use, as one script. Needs node and npm.
# Versions are pinned in package.json and package-lock.json; the result's SHA-256 is in echarts.min.js.sha256.
set -eu
cd "$(dirname "$0")"
npm ci --no-audit --no-fund --silent
banner='/* Apache ECharts, Apache License 2.0, https://echarts.apache.org; with zrender, BSD-3-Clause. See LICENSE and NOTICE. */'
npx esbuild entry.js --bundle --minify --format=iife --target=es2015 --legal-comments=none --banner:js="$banner" --outfile=echarts.min.js --log-level=warning
cp node_modules/echarts/LICENSE LICENSE
cp node_modules/echarts/NOTICE NOTICE
cp node_modules/zrender/LICENSE LICENSE-zrender
sha256sum echarts.min.js >echarts.min.js.sha256
rm -rf node_modules
