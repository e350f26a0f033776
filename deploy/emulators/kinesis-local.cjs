// Runs kinesis-local over plain HTTP on 127.0.0.1: node kinesis-local.cjs <port>. Used by `emulators` here and by the tests.
'use strict'
const fs = require('node:fs')
const Module = require('node:module')
const net = require('node:net')
const path = require('node:path')

const port = process.argv[2] ?? '4567'
const listen = net.Server.prototype.listen

// It binds every interface and has no setting for that. Its TLS port, whose certificate nobody can trust, goes where nobody asks.
net.Server.prototype.listen = function (options, ...rest) {
  const wanted = typeof options === 'object' ? options.port : options
  const onReady = rest.find(argument => typeof argument === 'function')
  return listen.call(this, { host: '127.0.0.1', port: String(wanted) === port ? wanted : 0 }, onReady)
}

// What takes half a second on its own account is to take none of a test's time.
const quick = ['CREATE_STREAM', 'DELETE_STREAM', 'SPLIT_SHARD', 'MERGE_SHARDS', 'UPDATE_SHARD_COUNT', 'REGISTER_STREAM_CONSUMER', 'DEREGISTER_STREAM_CONSUMER']
for (const action of quick) process.env[`${action}_DURATION`] ??= '20ms'
process.env.SHARD_LIMIT ??= '1000'
process.env.LOG_LEVEL ??= 'ERROR'
process.env.KINESIS_MOCK_PLAIN_PORT = port
process.env.KINESIS_MOCK_TLS_PORT = '0'

const main = require.resolve('kinesis-local')
process.env.KINESIS_MOCK_CERT_PATH ??= path.join(path.dirname(main), 'server.json')

// It groups the records of a put by (shard, all records that the shard holds), and hashes all of those for each one: 4 us each, so that
// a shard of 20,000 took 14 a second. The shard's own hash does as well.
const group = '$ct_T2__O__O__(new $c_T2(), elem.ev, elem.e2)'
const source = fs.readFileSync(main, 'utf8')
if (source.split(group).length !== 2) throw new Error('kinesis-local is not the version of package.json')
const emulator = new Module(main)
emulator._compile(source.replace(group, () => `Object.assign(${group}, { g: () => elem.ev.g() })`), main)
