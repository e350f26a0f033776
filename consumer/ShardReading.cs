using Microsoft.Extensions.Logging;
using Streaming.Consumer.Assignment;
using Streaming.Consumer.EventTime;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer;

/// <summary>
/// Owns: the reader of a shard, opened where the checkpoint says, and opened again behind a loss if the operator has chosen so.
/// </summary>
/// <param name="fold">What the shard went on with.</param>
internal sealed partial class ShardReading(IRecordStream stream, ShardLease lease, ShardFold fold, ConsumerOptions options, ILogger logger) : IAsyncDisposable
{
    private IShardReader? _reader;
    private SequenceNumber? _lostAfter;

    /// <summary>The next batch, or null if the consumer is to drain.</summary>
    /// <param name="position">The last record that was read.</param>
    /// <exception cref="StreamDataLossException">Records are gone, and the shard is to stop there.</exception>
    public async Task<RecordBatch?> ReadAsync(SequenceNumber position, CancellationToken drain)
    {
        try
        {
            while (!drain.IsCancellationRequested)
            {
                try
                {
                    _reader ??= await stream.OpenReaderAsync(lease.Shard, From(position), drain);
                    RecordBatch batch = await _reader.ReadAsync(drain);
                    if (batch.Trouble is { } trouble) AnswersOdd(logger, lease.Shard, trouble);
                    if (options.OnceUntil is { } until) batch.CutAfter(IsoTime.ToMicros(until));
                    return batch;
                }
                catch (StreamDataLossException loss) when (options.OnDataLoss == DataLossReaction.Continue && _lostAfter != position)
                {
                    // Twice at one place, and the stream has nothing to go on with.
                    DataLost(logger, lease.Shard, position.ToString(), loss.Message);
                    lease.NoteDataLoss();
                    _lostAfter = position;
                    await DisposeAsync();
                }
            }

            return null;
        }
        catch (OperationCanceledException) when (drain.IsCancellationRequested)
        {
            return null;
        }
    }

    private StreamPosition From(SequenceNumber position)
    {
        StreamPosition from = position != SequenceNumber.None ? StreamPosition.After(position)
            : fold.StartAt is { } arrival ? StreamPosition.At(arrival)
            : StreamPosition.TrimHorizon;
        if (position == fold.Position) from = from.ReadToTipAt(fold.ReadToTipAt);
        return _lostAfter == position ? from.AcceptingLoss() : from;
    }

    public async ValueTask DisposeAsync()
    {
        if (_reader is not null) await _reader.DisposeAsync();
        _reader = null;
    }

    [LoggerMessage(112, LogLevel.Warning, "{Shard}: {Trouble}")]
    private static partial void AnswersOdd(ILogger logger, string shard, string trouble);

    [LoggerMessage(111, LogLevel.Error, "{Shard}: records after {Position} are gone; going on with what is left, as --on-data-loss says: {Problem}")]
    private static partial void DataLost(ILogger logger, string shard, string position, string problem);
}
