using Streaming.Shared.Aws;
using Streaming.Shared.CommandLine;
using Streaming.Shared.Ticks;

namespace Streaming.Shared.Streams.Kinesis;

/// <summary>
/// Reads one shard. Owns its iterator, renewed from the last sequence number when it expires or none is given, its pace, and the batch that it
/// refills. Does not own the checkpoint: what was read is nobody's progress yet.
/// </summary>
internal sealed class KinesisShardReader : IShardReader
{
    private const int MaxRecordsPerRead = 10_000;
    private const int MaxRenewals = 3;

    /// <summary>Answers in a row without <c>Records</c> until the read fails.</summary>
    private const int MaxAnswersWithoutRecords = 6;

    /// <summary>Looks for the oldest record: the service may pass over long stretches without records in empty answers.</summary>
    private const int MaxLooksForOldest = 20;

    /// <summary>Answers in a row without an iterator and without records, after which a closed shard is at its end although it is said to be behind.</summary>
    private const int MostWithoutIteratorOfAClosedShard = 20;

    /// <summary>A year, which is the longest retention: nothing can be further behind.</summary>
    private static readonly long MostMillisBehind = (long)TimeSpan.FromDays(366).TotalMilliseconds;

    /// <summary>Longest pause after an answer that the service should not give.</summary>
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(5);

    /// <summary>How far the times of the service's machines may lie apart.</summary>
    private static readonly TimeSpan ClockMargin = TimeSpan.FromSeconds(2);

    private readonly IShardReads _reads;
    private readonly KinesisStreamOptions _options;
    private readonly TimeProvider _time;
    private readonly string _shardId;
    private readonly long _notBeforeMicros;
    private readonly ReadPace _pace;
    private readonly ResponseBuffer _answer = new();
    private readonly RecordBatch _batch = new();
    private StreamPosition _position;
    private string? _iterator;
    private bool _isClosed;
    private bool _isEnded;
    private int _withoutIterator;

    private KinesisShardReader(IShardReads reads, KinesisStreamOptions options, TimeProvider time, string shardId, StreamPosition from)
    {
        (_reads, _options, _time, _shardId, _position) = (reads, options, time, shardId, from);
        _notBeforeMicros = from.Kind == StreamPositionKind.AtTimestamp ? from.TimestampMicros : long.MinValue;
        _pace = new ReadPace(options, time);
    }

    public static async Task<KinesisShardReader> OpenAsync(
        IShardReads reads, KinesisStreamOptions options, TimeProvider time, string shardId, StreamPosition from, CancellationToken cancellation)
    {
        var reader = new KinesisShardReader(reads, options, time, shardId, from);
        await reader.CheckNotTrimmedAsync(from, cancellation);
        DateTimeOffset askedAt = reads.Now;
        reader._iterator = await reads.GetShardIteratorAsync(shardId, from, cancellation);
        reader.HoldPlaceOfLatest(askedAt);
        return reader;
    }

    public async ValueTask<RecordBatch> ReadAsync(CancellationToken cancellation)
    {
        await _pace.WaitAsync(cancellation);
        _batch.Clear();
        if (_isEnded)
        {
            _batch.MarkEndOfShard();
            return _batch;
        }

        try
        {
            // Before the question: what arrives while it is on its way may not be in the answer.
            DateTimeOffset askedAt = _reads.Now;
            if (_iterator is null) await RenewAsync(_position, cancellation);
            await FillAsync(_position, MaxRecordsPerRead, _notBeforeMicros, cancellation);
            if (_iterator is null && !_batch.IsEndOfShard) await JudgeMissingIteratorAsync(cancellation);
            else _withoutIterator = 0;
            _isEnded = _batch.IsEndOfShard;
            if (_batch.Count > 0) MovePosition(_batch[_batch.Count - 1].SequenceNumber);
            else if (_batch.MillisBehindLatest == 0) HoldTip(askedAt);
        }
        catch (AwsException e)
        {
            throw await _reads.FailReadAsync(e, _shardId, cancellation);
        }

        return _batch;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <param name="position">Where a new iterator begins if the present one has expired.</param>
    private async Task FillAsync(StreamPosition position, int limit, long notBeforeMicros, CancellationToken cancellation)
    {
        int withoutRecords = 0;
        while (true)
        {
            await AskAsync(position, limit, cancellation);
            try
            {
                string? next = GetRecordsAnswer.Parse(_answer.Span, _batch, out bool hasRecords, notBeforeMicros);
                if (hasRecords)
                {
                    _iterator = next;
                    break;
                }
            }
            catch (FormatException e)
            {
                throw new StreamUnavailableException($"{_reads.Address}, {_shardId}: {e.Message}", e);
            }

            // Whatever else such an answer says is not believed: the same question again.
            _batch.Clear();
            if (++withoutRecords == MaxAnswersWithoutRecords)
                throw new StreamUnavailableException($"{_reads.Address}, {_shardId}: {withoutRecords} answers to GetRecords in a row have no Records. Check the service or the proxy before it.");
            await Task.Delay(BackoffAfter(withoutRecords), _time, cancellation);
        }

        _pace.Observe(_batch);
        if (withoutRecords > 0) _batch.Trouble = $"{withoutRecords} answers to GetRecords had no Records and were asked for again";
    }

    private async Task AskAsync(StreamPosition position, int limit, CancellationToken cancellation)
    {
        for (int renewals = 0; ; renewals++)
        {
            try
            {
                await _reads.GetRecordsAsync(_iterator!, limit, _answer, cancellation);
                return;
            }
            catch (AwsException e) when (e.Reaction == AwsReaction.RenewIterator && renewals < MaxRenewals)
            {
                await RenewAsync(position, cancellation);
            }
        }
    }

    private async Task RenewAsync(StreamPosition position, CancellationToken cancellation)
    {
        await CheckNotTrimmedAsync(position, cancellation);
        _batch.Clear();
        _iterator = await _reads.GetShardIteratorAsync(_shardId, position, cancellation);
    }

    /// <summary>
    /// An answer without an iterator that names no child shards. Services give it by mistake too, and a shard that is taken for ended loses all that it
    /// still gets or holds. So it ends the shard only if the listing says that it is closed, and a question that was asked after that has brought neither
    /// records nor an iterator and is not said to be behind. Else reading goes on from the last record.
    /// </summary>
    private async Task JudgeMissingIteratorAsync(CancellationToken cancellation)
    {
        // Some emulators say the largest number there is at the end of a shard.
        bool isSaidToBeBehind = _batch.MillisBehindLatest > 0 && _batch.MillisBehindLatest < MostMillisBehind;
        _withoutIterator++;
        if (_isClosed && _batch.Count == 0 && (!isSaidToBeBehind || _withoutIterator >= MostWithoutIteratorOfAClosedShard))
        {
            _batch.MarkEndOfShard();
            return;
        }

        // Not at the tip: what such an answer says of it counts as little as the rest.
        _batch.MillisBehindLatest = Math.Clamp(_batch.MillisBehindLatest, 1, MostMillisBehind);
        TimeSpan pause = BackoffAfter(_withoutIterator);
        if (_isClosed || await _reads.IsClosedAsync(_shardId, cancellation))
        {
            if (_isClosed) _pace.BackOff(pause);
            _isClosed = true;
            return;
        }

        _pace.BackOff(pause);
        _batch.Trouble = $"an answer to GetRecords has no NextShardIterator although the shard is open ({_withoutIterator} in a row); "
            + $"going on from the last record in {DurationText.Format(pause)}";
    }

    // Records that are given again do not set it back: what lies before it may be trimmed, and is not lost.
    private void MovePosition(in SequenceNumber last)
    {
        if (last > _position.SequenceNumber) _position = StreamPosition.After(last);
    }

    private TimeSpan BackoffAfter(int failures)
    {
        TimeSpan pause = _options.BehindPollInterval * Math.Pow(2, Math.Min(failures, 10) - 1);
        return pause < LongestBackoff ? pause : LongestBackoff;
    }

    private void HoldTip(DateTimeOffset askedAt)
    {
        HoldPlaceOfLatest(askedAt);
        _batch.TipAtMicros = IsoTime.ToMicros(askedAt - ClockMargin);
        _position = _position.ReadToTipAt(_batch.TipAtMicros);
    }

    // An expired LATEST must not be renewed as LATEST: what arrived in between would be skipped. Until the first record, time holds the place.
    private void HoldPlaceOfLatest(DateTimeOffset askedAt)
    {
        if (_position.Kind is StreamPositionKind.Latest or StreamPositionKind.AtTimestamp && _notBeforeMicros == long.MinValue)
            _position = StreamPosition.At(askedAt - ClockMargin);
    }

    /// <summary>
    /// The service begins at the oldest record when the position is older, and does not say so: at the start, and when a process that
    /// stood still for longer than the retention renews its iterator. The oldest record that is still there tells: if it comes after the
    /// position, the position itself was trimmed. Nothing else was if there was nothing else at a time that is within the retention; else
    /// nobody can know.
    /// </summary>
    private async Task CheckNotTrimmedAsync(StreamPosition position, CancellationToken cancellation)
    {
        if (position is { Kind: StreamPositionKind.TrimHorizon or StreamPositionKind.AtTimestamp, ReadToTipAtMicros: { } emptyAt, AcceptsLoss: false }
            && !await _reads.IsWithinRetentionAsync(_shardId, emptyAt, cancellation))
            throw LeftAlone(emptyAt);
        if (position.Kind != StreamPositionKind.AfterSequenceNumber || position.AcceptsLoss || position.SequenceNumber == SequenceNumber.None) return;
        if (await FindOldestAsync(cancellation) is { } oldest && oldest > position.SequenceNumber
            && !await _reads.IsWithinRetentionAsync(_shardId, position.ReadToTipAtMicros, cancellation))
            throw Trimmed(position.SequenceNumber, oldest);
        _pace.Forget();
    }

    /// <summary>The oldest record that is still there; null if the shard has none.</summary>
    private async Task<SequenceNumber?> FindOldestAsync(CancellationToken cancellation)
    {
        _iterator = null;
        for (int look = 0; look < MaxLooksForOldest; look++)
        {
            _iterator ??= await _reads.GetShardIteratorAsync(_shardId, StreamPosition.TrimHorizon, cancellation);
            await _pace.WaitAsync(cancellation);
            _batch.Clear();
            await FillAsync(StreamPosition.TrimHorizon, limit: 1, long.MinValue, cancellation);
            if (_batch.Count > 0) return _batch[0].SequenceNumber;
            if (_batch.IsEndOfShard || (_iterator is not null && _batch.MillisBehindLatest == 0)) return null;
        }

        throw new StreamUnavailableException(
            $"{_reads.Address}, {_shardId}: {MaxLooksForOldest} answers to GetRecords brought neither the oldest record nor the tip, so it cannot be told "
            + "whether records after the position are gone.");
    }

    private StreamDataLossException Trimmed(SequenceNumber position, SequenceNumber oldest)
        => new($"{_reads.Address}, {_shardId}: the position {position} is older than the stream's retention; the oldest record still there is {oldest}. Records between them may be lost. To go on from the oldest record, start a consumer with --on-data-loss continue.");

    private StreamDataLossException LeftAlone(long emptyAtMicros)
        => new($"{_reads.Address}, {_shardId} was not read yet and had no records at {IsoTime.ToDateTime(emptyAtMicros):O}, which is longer ago than the stream's retention: what came since may be lost. To go on from the oldest record, start a consumer with --on-data-loss continue.");
}
