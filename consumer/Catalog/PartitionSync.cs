using Streaming.Shared.Objects;

namespace Streaming.Consumer.Catalog;

/// <summary>Registers every partition that stands in a lake; those that are registered already stay as they are.</summary>
public sealed class PartitionSync(IObjectStore lake, GlueTable table)
{
    /// <summary>Refused partitions that are remembered with their reason; after so many there is no sense in going on.</summary>
    private const int MaxRefused = 1000;

    private readonly Dictionary<Partition, string> _refused = [];

    public long FoundCount { get; private set; }

    public long NewCount { get; private set; }

    public IReadOnlyDictionary<Partition, string> Refused => _refused;

    /// <exception cref="Shared.Aws.AwsException">The catalog cannot be reached or has no such table.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var batch = new List<Partition>(GlueTable.MaxPartitions);
        await foreach (string key in lake.ListAsync(Flushing.LakeLayout.Table + "/", cancellation))
        {
            if (!Partition.TryParse(key, out Partition partition)) continue;
            batch.Add(partition);
            if (batch.Count == GlueTable.MaxPartitions) await RegisterAsync(batch, cancellation);
            if (_refused.Count >= MaxRefused) return;
        }

        if (batch.Count > 0) await RegisterAsync(batch, cancellation);
    }

    private async Task RegisterAsync(List<Partition> batch, CancellationToken cancellation)
    {
        GlueAnswer answer = await table.CreateAsync(batch, cancellation);
        FoundCount += batch.Count;
        NewCount += answer.New;
        foreach ((Partition partition, string reason) in answer.Refused) _refused[partition] = reason;
        batch.Clear();
    }
}
