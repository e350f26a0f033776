using Streaming.Consumer.EventTime;
using Streaming.Consumer.Progress;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.Operating;

/// <summary>Owns: what can be told about an application from outside: its checkpoints, and how far each is behind the stream. Writes nothing.</summary>
internal sealed class StatusReader(IRecordStream stream, IObjectStore lake, string application, TimeProvider time)
{
    /// <param name="withLag">Reads a record of each shard to see how far behind its checkpoint is, which counts against the shard's limits.</param>
    /// <exception cref="StreamNotFoundException">There is no such stream.</exception>
    /// <exception cref="CheckpointRefusedException">A checkpoint is of another stream or version, or broken.</exception>
    public async Task<ApplicationStatus> ReadAsync(bool withLag, CancellationToken cancellation)
    {
        StreamDescription description = await stream.DescribeAsync(cancellation);
        var checkpoints = new CheckpointStore(lake, description, application, new Flushing.StoreRetry(time, new Random(0)));
        Shard[] shards = [.. await stream.ListShardsAsync(cancellation)];
        var documents = new SortedDictionary<string, CheckpointDocument?>(StringComparer.Ordinal);
        foreach (string shard in shards.Select(shard => shard.Id).Concat(await checkpoints.ListAsync(cancellation)).Distinct())
            documents.Add(shard, (await checkpoints.ReadAsync(shard, cancellation))?.Document);

        // A shard may have been closed and read to its end since it was listed.
        if (shards.Any(shard => !shard.IsClosed && documents[shard.Id] is { IsEnded: true })) shards = [.. await stream.ListShardsAsync(cancellation)];
        var status = new List<ShardStatus>();
        foreach ((string id, CheckpointDocument? document) in documents)
        {
            Shard? listed = Array.Find(shards, shard => shard.Id == id);
            bool hasOpenParents = listed?.ParentIds.Any(parent => documents.TryGetValue(parent, out CheckpointDocument? before) && before is not { IsEnded: true }) ?? false;
            var shard = ShardStatus.Of(id, document, listed is not null, hasOpenParents, time.GetUtcNow());
            bool isRead = listed is not null && document is { IsEnded: false };
            if (listed is { IsClosed: false } && document is { IsEnded: true }) shard = shard with { Problem = EndedWhileOpen(id) };
            status.Add(withLag && isRead ? await WithLagAsync(shard, document!, cancellation) : shard);
        }

        string[] problems = [.. status.SelectMany(Problems)];
        return new ApplicationStatus(
            application, stream.Address, lake.Address, problems.Length == 0, problems, status.Aggregate(default(Books), (sum, shard) => sum + shard.Books), status);
    }

    private async Task<ShardStatus> WithLagAsync(ShardStatus shard, CheckpointDocument document, CancellationToken cancellation)
    {
        try
        {
            await using IShardReader reader = await stream.OpenReaderAsync(shard.Shard, StartOf(document), cancellation);
            RecordBatch batch = await reader.ReadAsync(cancellation);
            long behind = batch.Count == 0 || !batch[0].HasArrival ? batch.MillisBehindLatest : (long)(time.GetUtcNow() - Arrival(batch)).TotalMilliseconds;
            return shard with { BehindMs = Math.Max(0, behind) };
        }
        catch (StreamDataLossException loss)
        {
            return shard with { State = "stopped", Problem = shard.Problem ?? loss.Message };
        }
    }

    private static string EndedWhileOpen(string shard)
        => "the checkpoint says that the shard is read to its end, but the stream lists it as open: what it still gets is read by no worker. "
            + $"Read it again: consumer checkpoints reset --shard {shard}";

    private static StreamPosition StartOf(CheckpointDocument document)
    {
        SequenceNumber position = document.Position;
        if (position != SequenceNumber.None) return StreamPosition.After(position).ReadToTipAt(document.ReadToTipAt);
        return document.StartAt is { } arrival ? StreamPosition.At(arrival) : StreamPosition.TrimHorizon;
    }

    private static DateTimeOffset Arrival(RecordBatch batch) => new(Shared.Ticks.IsoTime.ToDateTime(batch[0].ArrivalMicros), TimeSpan.Zero);

    private static IEnumerable<string> Problems(ShardStatus shard)
    {
        if (shard.Problem is not null) yield return $"{shard.Shard}: {shard.Problem}";
        else if (!shard.IsHealthy) yield return $"{shard.Shard} is {shard.State}: no worker reads it";
        if (shard.DataLosses > 0) yield return $"{shard.Shard}: records were lost {shard.DataLosses} times";
        if (shard.Books.Misrouted > 0)
            yield return $"{shard.Shard}: {shard.Books.Misrouted} records are of tickers that belong to other shards, and are in no row but in quarantine/: the partition key must be the ticker";
        if (!shard.Books.Balance) yield return $"{shard.Shard}: the books do not balance: {shard.Books}";
    }
}
