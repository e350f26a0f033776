using Streaming.Shared.Aws;
using Streaming.Shared.Ticks;

namespace Streaming.Shared.Streams.Kinesis;

/// <summary>
/// Reads one shard. Owns its iterator, renewed from the last sequence number when it expires, its pace, and the batch that it
/// refills. Does not own the checkpoint: what was read is nobody's progress yet.
/// </summary>
internal sealed class KinesisShardReader : IShardReader
{
    private const int MaxRecordsPerRead = 10_000;
    private const int MaxRenewals = 3;

    /// <summary>How far the times of the service's machines may lie apart.</summary>
    private static readonly TimeSpan ClockMargin = TimeSpan.FromSeconds(2);

    private readonly KinesisStream _stream;
    private readonly string _shardId;
    private readonly long _notBeforeMicros;
    private readonly ReadPace _pace;
    private readonly ResponseBuffer _answer = new();
    private readonly RecordBatch _batch = new();
    private StreamPosition _position;
    private string? _iterator;

    private KinesisShardReader(KinesisStream stream, string shardId, StreamPosition from)
    {
        (_stream, _shardId, _position) = (stream, shardId, from);
        _notBeforeMicros = from.Kind == StreamPositionKind.AtTimestamp ? from.TimestampMicros : long.MinValue;
        _pace = new ReadPace(stream.Options, stream.Time);
    }

    public static async Task<KinesisShardReader> OpenAsync(KinesisStream stream, string shardId, StreamPosition from, CancellationToken cancellation)
    {
        var reader = new KinesisShardReader(stream, shardId, from);
        await reader.CheckNotTrimmedAsync(from, cancellation);
        reader._iterator = await stream.Client.GetShardIteratorAsync(shardId, from, cancellation);
        reader.HoldPlaceOfLatest();
        return reader;
    }

    public async ValueTask<RecordBatch> ReadAsync(CancellationToken cancellation)
    {
        await _pace.WaitAsync(cancellation);
        _batch.Clear();
        if (_iterator is null)
        {
            _batch.IsEndOfShard = true;
            return _batch;
        }

        try
        {
            await FillAsync(_position, MaxRecordsPerRead, _notBeforeMicros, cancellation);
        }
        catch (AwsException e)
        {
            throw await _stream.FailReadAsync(e, _shardId, cancellation);
        }

        if (_batch.Count > 0) _position = StreamPosition.After(_batch[_batch.Count - 1].SequenceNumber);
        else if (_batch.MillisBehindLatest == 0) HoldTip();
        return _batch;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <param name="position">Where a new iterator begins if the present one has expired.</param>
    private async Task FillAsync(StreamPosition position, int limit, long notBeforeMicros, CancellationToken cancellation)
    {
        for (int renewals = 0; ; renewals++)
        {
            try
            {
                await _stream.Client.GetRecordsAsync(_iterator!, limit, _answer, cancellation);
                break;
            }
            catch (AwsException e) when (e.Reaction == AwsReaction.RenewIterator && renewals < MaxRenewals)
            {
                await CheckNotTrimmedAsync(position, cancellation);
                _batch.Clear();
                _iterator = await _stream.Client.GetShardIteratorAsync(_shardId, position, cancellation);
            }
        }

        try
        {
            _iterator = GetRecordsAnswer.Parse(_answer.Span, _batch, notBeforeMicros);
        }
        catch (FormatException e)
        {
            throw new StreamUnavailableException($"{_stream.Address}, {_shardId}: {e.Message}", e);
        }

        _pace.Observe(_batch);
    }

    private void HoldTip()
    {
        HoldPlaceOfLatest();
        _position = _position.ReadToTipAt(IsoTime.ToMicros(_stream.Client.Now - ClockMargin));
    }

    // An expired LATEST must not be renewed as LATEST: what arrived in between would be skipped. Until the first record, time holds the place.
    private void HoldPlaceOfLatest()
    {
        if (_position.Kind is StreamPositionKind.Latest or StreamPositionKind.AtTimestamp && _notBeforeMicros == long.MinValue)
            _position = StreamPosition.At(_stream.Client.Now - ClockMargin);
    }

    /// <summary>
    /// The service begins at the oldest record when the position is older, and does not say so: at the start, and when a process that
    /// stood still for longer than the retention renews its iterator. The oldest record that is still there tells: if it comes after the
    /// position, the position itself was trimmed. Nothing else was if there was nothing else at a time that is within the retention; else
    /// nobody can know.
    /// </summary>
    private async Task CheckNotTrimmedAsync(StreamPosition position, CancellationToken cancellation)
    {
        const int mostLooks = 5;
        if (position is { Kind: StreamPositionKind.TrimHorizon or StreamPositionKind.AtTimestamp, ReadToTipAtMicros: { } emptyAt, AcceptsLoss: false }
            && !await _stream.IsWithinRetentionAsync(emptyAt, cancellation))
            throw _stream.LeftAlone(_shardId, emptyAt);
        if (position.Kind != StreamPositionKind.AfterSequenceNumber || position.AcceptsLoss || position.SequenceNumber == SequenceNumber.None) return;
        _iterator = await _stream.Client.GetShardIteratorAsync(_shardId, StreamPosition.TrimHorizon, cancellation);
        for (int look = 0; look < mostLooks && _iterator is not null; look++)
        {
            await _pace.WaitAsync(cancellation);
            _batch.Clear();
            await FillAsync(StreamPosition.TrimHorizon, limit: 1, long.MinValue, cancellation);
            if (_batch.Count > 0)
            {
                SequenceNumber oldest = _batch[0].SequenceNumber;
                if (oldest > position.SequenceNumber && !await _stream.IsWithinRetentionAsync(position.ReadToTipAtMicros, cancellation))
                    throw _stream.Trimmed(_shardId, position.SequenceNumber, oldest);
                break;
            }

            if (_batch.MillisBehindLatest == 0) break;
        }

        _pace.Forget();
    }
}
