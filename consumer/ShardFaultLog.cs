using Microsoft.Extensions.Logging;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.EventTime;

namespace Streaming.Consumer;

/// <summary>
/// Owns: what the log says of records that show a bug, of this program or of a producer, and of ticks that mostly come too late. Once a batch: if it is
/// in every record, the log is not to drown in it. Each record stands in <c>quarantine/</c> or <c>late/</c> with its reason.
/// </summary>
/// <param name="before">The shard's books before the first batch.</param>
internal sealed partial class ShardFaultLog(string shard, Books before, ILogger logger)
{
    /// <summary>What to do when most ticks are late, for messages.</summary>
    public const string BackfillRemedy =
        "Data older than what was read before needs a backfill: replay it into a stream of its own, and read that with consumer run --backfill (README, Backfill).";

    /// <summary>Ticks that are judged together, so that the few late ticks of an ordinary feed raise no alarm. Fewer where no more come.</summary>
    private const int JudgedTicks = 1000;
    private const int JudgedTicksWhenIdle = 100;

    private Books _judged = before;
    private bool _isMostlyLate;
    private long _misroutedTold;

    public void Tell(WindowedBatch batch)
    {
        if (batch.Books.Misrouted > _misroutedTold * 2)
        {
            _misroutedTold = batch.Books.Misrouted;
            RecordsMisrouted(logger, shard, _misroutedTold);
        }

        bool isIdle = batch.Decoded.Records is { Count: 0, MillisBehindLatest: 0 };
        if (batch.Books.Windowed + batch.Books.Late - _judged.Windowed - _judged.Late >= (isIdle ? JudgedTicksWhenIdle : JudgedTicks)) JudgeLateness(batch.Books);
        if (batch.Decoded.Failures is not [RecordFailure first, ..] failures) return;
        RecordsFailed(logger, first.Exception, shard, failures.Count, first.SequenceNumber.ToString());
    }

    /// <summary>Says it when most of the ticks since the last call were late; once, until they are not.</summary>
    public void JudgeLateness(in Books books)
    {
        Books since = books - _judged;
        _judged = books;
        if (since.IsMostlyLate && !_isMostlyLate) TicksMostlyLate(logger, shard, since.Late, since.Late + since.Windowed, BackfillRemedy);
        _isMostlyLate = since.IsMostlyLate;
    }

    [LoggerMessage(104, LogLevel.Error, "{Shard}: {Late} of the last {Ticks} ticks came too late for their windows; they go to late/ and into no row. {Remedy}")]
    private static partial void TicksMostlyLate(ILogger logger, string shard, long late, long ticks, string remedy);

    [LoggerMessage(102, LogLevel.Error, "{Shard}: failed on {Count} records of a batch, the first is {SequenceNumber}; they go to quarantine/ and reading goes on. This is a bug of the consumer")]
    private static partial void RecordsFailed(ILogger logger, Exception exception, string shard, int count, string sequenceNumber);

    [LoggerMessage(103, LogLevel.Error, "{Shard}: {Count} records so far are of tickers that belong to other shards; they go to quarantine/ and into no row. The partition key must be the ticker")]
    private static partial void RecordsMisrouted(ILogger logger, string shard, long count);
}
