using Streaming.Shared.Aws;
using Streaming.Shared.CommandLine;

namespace Streaming.Shared.Streams.Kinesis;

/// <summary>
/// Makes, deletes and reshards one stream, and waits until the service is done with it: it answers such a call before it has begun.
/// </summary>
internal sealed class StreamManagement(KinesisClient client, string address, TimeProvider time, KinesisStreamOptions options)
{
    public async Task<bool> CreateAsync(int shardCount, CancellationToken cancellation)
    {
        bool isNew = await TryCreateAsync(shardCount, cancellation);
        StreamSummary? there = await WaitAsync(stream => stream is null || stream.Status != "CREATING", "be made", cancellation);
        if (isNew || there?.Status != "DELETING") return isNew;
        // Its name is not free before it is gone.
        await WaitAsync(stream => stream is null, "be deleted", cancellation);
        isNew = await TryCreateAsync(shardCount, cancellation);
        await WaitAsync(stream => stream is { Status: not "CREATING" }, "be made", cancellation);
        return isNew;
    }

    public async Task<bool> DeleteAsync(CancellationToken cancellation)
    {
        try
        {
            await client.DeleteStreamAsync(cancellation);
            await WaitAsync(stream => stream is null, "be deleted", cancellation);
            return true;
        }
        catch (AwsException e) when (e.Reaction == AwsReaction.NotFound)
        {
            return false;
        }
    }

    public async Task SplitAsync(string shardId, UInt128? newStartingHashKey, CancellationToken cancellation)
    {
        UInt128 start = (await ActiveShardsAsync(cancellation)).SplitPoint(shardId, newStartingHashKey);
        await ReshardAsync(
            client.SplitShardAsync(shardId, start, cancellation),
            after => after.Shards.Any(shard => shard.StartHash == start && shard.ParentIds.Contains(shardId)),
            cancellation);
    }

    public async Task MergeAsync(string shardId, string adjacentShardId, CancellationToken cancellation)
    {
        (Shard lower, Shard upper) = (await ActiveShardsAsync(cancellation)).Neighbours(shardId, adjacentShardId);
        await ReshardAsync(
            client.MergeShardsAsync(lower.Id, upper.Id, cancellation),
            after => after.Shards.Any(shard => shard.ParentIds.Contains(lower.Id) && shard.ParentIds.Contains(upper.Id)),
            cancellation);
    }

    public async Task UpdateShardCountAsync(int shardCount, CancellationToken cancellation)
    {
        if ((await ActiveShardsAsync(cancellation)).IsUniform(shardCount)) return;
        await ReshardAsync(client.UpdateShardCountAsync(shardCount, cancellation), after => after.Open.Count == shardCount, cancellation);
    }

    /// <summary>Null if there is no stream.</summary>
    public async Task<StreamSummary?> SummaryAsync(CancellationToken cancellation)
    {
        try
        {
            return await client.DescribeStreamSummaryAsync(cancellation);
        }
        catch (AwsException e) when (e.Reaction == AwsReaction.NotFound)
        {
            return null;
        }
    }

    // While one reshard runs, the service takes no other.
    private async Task<ShardMap> ActiveShardsAsync(CancellationToken cancellation)
    {
        await WaitAsync(stream => stream is null or { Status: "ACTIVE" }, "become active", cancellation);
        return await ShardsAsync(cancellation);
    }

    private async Task<ShardMap> ShardsAsync(CancellationToken cancellation) => new(address, await client.ListShardsAsync(cancellation));

    private async Task ReshardAsync(Task request, Predicate<ShardMap> isDone, CancellationToken cancellation)
    {
        AwsException? refused = null;
        try
        {
            await request;
        }
        catch (AwsException e) when (e.Reaction == AwsReaction.InUse || e.Code is "InvalidArgumentException" or "ValidationException")
        {
            // So answers the service too when an attempt before, whose outcome is unknown, was carried out.
            refused = e;
        }

        await WaitAsync(stream => stream is null or { Status: "ACTIVE" }, "be resharded (it goes on by itself)", cancellation);
        if (refused is not null && !isDone(await ShardsAsync(cancellation))) throw new ReshardRefusedException($"{address}: {refused.Message}", refused);
    }

    private async Task<bool> TryCreateAsync(int shardCount, CancellationToken cancellation)
    {
        try
        {
            await client.CreateStreamAsync(shardCount, cancellation);
            return true;
        }
        catch (AwsException e) when (e.Reaction == AwsReaction.InUse)
        {
            return false;
        }
    }

    private async Task<StreamSummary?> WaitAsync(Predicate<StreamSummary?> isDone, string what, CancellationToken cancellation)
    {
        long start = time.GetTimestamp();
        while (true)
        {
            StreamSummary? summary = await SummaryAsync(cancellation);
            if (isDone(summary)) return summary;
            if (time.GetElapsedTime(start) > options.StatusTimeout)
                throw new StreamUnavailableException($"{address} took longer than {DurationText.Format(options.StatusTimeout)} to {what}; it is {summary?.Status ?? "gone"}.");
            await Task.Delay(options.StatusPollInterval, time, cancellation);
        }
    }
}
