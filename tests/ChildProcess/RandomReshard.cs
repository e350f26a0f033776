using Streaming.Shared.Streams;

namespace Streaming.Tests.ChildProcess;

/// <summary>Splits or merges what there is, by chance; one to six open shards.</summary>
public static class RandomReshard
{
    private const int MostOpen = 6;

    /// <summary>Reshards until it is killed; prints how many shards there are after each time.</summary>
    public static async Task<int> RunAsync(string folder, int seed)
    {
        await using IManagedStream stream = RecordStreams.Open(folder, TimeProvider.System);
        var random = new Random(seed);
        while (true)
        {
            try
            {
                await NextAsync(stream, random);
            }
            catch (ReshardRefusedException)
            {
                // Another process was faster with the same shard.
                continue;
            }

            Console.WriteLine((await stream.ListShardsAsync(CancellationToken.None)).Count);
        }
    }

    public static async Task NextAsync(IManagedStream stream, Random random)
    {
        IReadOnlyList<Shard> open = new ShardMap(stream.Address, await stream.ListShardsAsync(CancellationToken.None)).Open;
        int at = random.Next(open.Count);
        if (open.Count == 1 || (open.Count < MostOpen && random.Next(2) == 0)) await stream.SplitShardAsync(open[at].Id, null, CancellationToken.None);
        else await stream.MergeShardsAsync(open[at].Id, open[at > 0 ? at - 1 : 1].Id, CancellationToken.None);
    }
}
