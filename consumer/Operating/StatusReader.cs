using Streaming.Consumer.EventTime;
using Streaming.Consumer.Progress;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.Operating;

/// <summary>Owns: what can be told about an application from outside: its checkpoints, and how far each is behind the stream. Writes nothing.</summary>
internal sealed class StatusReader(IRecordStream stream, IObjectStore lake, string application, TimeProvider time)
{
    /// <summary>A lease may be late by this many of its durations before its owner counts as silent: two clocks are compared.</summary>
    private const int SilentAfterLeases = 3;

    /// <summary>How long to look for the first record that was not read: a stream may give many empty answers before it.</summary>
    private static readonly TimeSpan LagLimit = TimeSpan.FromSeconds(5);

    /// <param name="withLag">Waits for a sign of life of an owner that seems late, and reads a record of each shard to see how far behind its checkpoint is, which counts against the shard's limits.</param>
    /// <exception cref="StreamNotFoundException">There is no such stream.</exception>
    /// <exception cref="CheckpointRefusedException">A checkpoint is of another stream or version, or broken.</exception>
    public async Task<ApplicationStatus> ReadAsync(bool withLag, CancellationToken cancellation)
    {
        StreamDescription description = await stream.DescribeAsync(cancellation);
        var checkpoints = new CheckpointStore(lake, description, application, new Flushing.StoreRetry(time, new Random(0)));
        Shard[] shards = [.. await stream.ListShardsAsync(cancellation)];
        var documents = new SortedDictionary<string, CheckpointPointer?>(StringComparer.Ordinal);
        foreach (string shard in shards.Select(shard => shard.Id).Concat(await checkpoints.ListAsync(cancellation)).Distinct())
            documents.Add(shard, await checkpoints.LookAsync(shard, cancellation));

        HashSet<string> silent = await SilentAsync(checkpoints, documents, withLag, cancellation);
        // A shard may have been closed and read to its end since it was listed.
        if (shards.Any(shard => !shard.IsClosed && documents[shard.Id] is { IsEnded: true })) shards = [.. await stream.ListShardsAsync(cancellation)];
        var status = new List<ShardStatus>();
        foreach ((string id, CheckpointPointer? document) in documents)
        {
            Shard? listed = Array.Find(shards, shard => shard.Id == id);
            bool hasOpenParents = listed?.ParentIds.Any(parent => documents.TryGetValue(parent, out CheckpointPointer? before) && before is not { IsEnded: true }) ?? false;
            var shard = ShardStatus.Of(id, document, listed is not null, silent.Contains(id), hasOpenParents, time.GetUtcNow());
            bool isRead = listed is not null && document is { IsEnded: false };
            if (listed is { IsClosed: false } && document is { IsEnded: true }) shard = shard with { Problem = EndedWhileOpen(id) };
            status.Add(withLag && isRead ? await WithLagAsync(shard, document!, cancellation) : shard);
        }

        string[] problems = [.. status.SelectMany(Problems)];
        return new ApplicationStatus(
            application, stream.Address, lake.Address, problems.Length == 0, problems, status.Aggregate(default(Books), (sum, shard) => sum + shard.Books), status);
    }

    /// <summary>
    /// The shards whose owners give no sign of life. An owner writes three times in its lease's duration; one that seems late by its clock and this
    /// one is looked at again half a lease later, which takes one clock only: a worker whose lake refuses writes is not healthy.
    /// </summary>
    private async Task<HashSet<string>> SilentAsync(
        CheckpointStore checkpoints, SortedDictionary<string, CheckpointPointer?> documents, bool canWait, CancellationToken cancellation)
    {
        CheckpointPointer[] late = [.. documents.Values.OfType<CheckpointPointer>().Where(document => IsLate(document, canWait ? 0.5 : SilentAfterLeases))];
        if (!canWait || late.Length == 0) return [.. late.Select(document => document.Shard)];
        await Task.Delay(TimeSpan.FromMicroseconds(late.Max(document => document.Lease.DurationMicros) / 2), time, cancellation);
        var silent = new HashSet<string>();
        foreach (CheckpointPointer before in late)
        {
            CheckpointPointer? now = await checkpoints.LookAsync(before.Shard, cancellation);
            documents[before.Shard] = now;
            if (now?.Lease == before.Lease) silent.Add(before.Shard);
        }

        return silent;
    }

    private bool IsLate(CheckpointPointer document, double leases)
        => document is { IsEnded: false, Lease.Owner: not null } && Shared.Ticks.IsoTime.ToMicros(time.GetUtcNow()) - document.WrittenAt > document.Lease.DurationMicros * leases;

    private async Task<ShardStatus> WithLagAsync(ShardStatus shard, CheckpointPointer document, CancellationToken cancellation)
    {
        try
        {
            await using IShardReader reader = await stream.OpenReaderAsync(shard.Shard, StartOf(document), cancellation);
            long startedAt = time.GetTimestamp();
            RecordBatch batch;
            do batch = await reader.ReadAsync(cancellation);
            while (batch.Count == 0 && batch.MillisBehindLatest > 0 && time.GetElapsedTime(startedAt) < LagLimit);
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

    private static StreamPosition StartOf(CheckpointPointer document)
    {
        SequenceNumber position = document.Position;
        if (position != SequenceNumber.None) return StreamPosition.After(position).ReadToTipAt(document.ReadToTipAt);
        return document.StartAt is { } arrival ? StreamPosition.At(arrival) : StreamPosition.TrimHorizon;
    }

    private static DateTimeOffset Arrival(RecordBatch batch) => new(Shared.Ticks.IsoTime.ToDateTime(batch[0].ArrivalMicros), TimeSpan.Zero);

    private static IEnumerable<string> Problems(ShardStatus shard)
    {
        if (shard.Problem is not null) yield return $"{shard.Shard}: {shard.Problem}";
        else if (shard.State == "done" && !shard.IsHealthy) yield return $"{shard.Shard}: records came since the last run ended, and no worker reads them";
        else if (!shard.IsHealthy) yield return $"{shard.Shard} is {shard.State}: no worker reads it";
        if (shard.DataLosses > 0) yield return $"{shard.Shard}: records were lost {shard.DataLosses} times";
        if (shard.Books.Misrouted > 0)
            yield return $"{shard.Shard}: {shard.Books.Misrouted} records are of tickers that belong to other shards, and are in no row but in quarantine/: the partition key must be the ticker";
        if (!shard.Books.Balance) yield return $"{shard.Shard}: the books do not balance: {shard.Books}";
    }
}
