#!/bin/sh
# LocalStack runs this once it is up. A bucket belongs to the account and is nothing that the consumer should be allowed to make.
set -eu
awslocal s3api head-bucket --bucket stock-lake 2>/dev/null || awslocal s3 mb s3://stock-lake
