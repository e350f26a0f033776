using Streaming.Shared.Streams;

namespace Streaming.Tests.Simulation.Streams;

/// <summary>Splits and merges by chance, often several at once, so that there are shards that never had a record.</summary>
internal sealed class Resharding(SimulatedStream stream, Random random, Action<string> log)
{
    private const int MostOpen = 6;

    public void Storm()
    {
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            SimulatedShard[] open = [.. stream.Shards.Where(shard => !shard.Description.IsClosed).OrderBy(shard => shard.Description.StartHash)];
            if (open.Length > 1 && (open.Length >= MostOpen || random.Next(3) == 0)) Merge(open, random.Next(open.Length - 1));
            else Split(open[random.Next(open.Length)]);
        }
    }

    private void Split(SimulatedShard parent)
    {
        Shard range = parent.Description;
        UInt128 width = range.EndHash - range.StartHash;
        if (width < 1000) return;
        log($"{parent.Id} is split");
        stream.Split(parent, range.StartHash + 1 + (width / 1000 * (UInt128)random.Next(1, 999)));
    }

    private void Merge(SimulatedShard[] open, int lower)
    {
        log($"{open[lower].Id} and {open[lower + 1].Id} are merged");
        stream.Merge(open[lower], open[lower + 1]);
    }
}
