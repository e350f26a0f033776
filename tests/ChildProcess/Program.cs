using Streaming.Tests.ChildProcess;

// A process that a test starts in order to kill it. Verbs:
//   put-records <folder> <key> <first> <batches> [<segment bytes>]   puts numbered records, prints the last number of each acknowledged batch
//   reshard <folder> <seed>                        splits and merges shards until it is killed, prints how many there are
//   count <folder> <times>                         adds one to a counter object by compare-and-set
//   rewrite <folder> <bytes>                       rewrites objects until it is killed
return args switch
{
    ["put-records", string folder, string key, string first, string batches] => await PutRecords.RunAsync(folder, key, int.Parse(first), int.Parse(batches)),
    ["put-records", string folder, string key, string first, string batches, string segmentBytes]
        => await PutRecords.RunAsync(folder, key, int.Parse(first), int.Parse(batches), long.Parse(segmentBytes)),
    ["reshard", string folder, string seed] => await RandomReshard.RunAsync(folder, int.Parse(seed)),
    ["count", string folder, string times] => await WriteObjects.CountAsync(folder, int.Parse(times)),
    ["rewrite", string folder, string bytes] => await WriteObjects.RewriteAsync(folder, int.Parse(bytes)),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: put-records <folder> <key> <first> <batches> [<segment bytes>] | reshard <folder> <seed> | count <folder> <times> | rewrite <folder> <bytes>");
    return 2;
}
