using Microsoft.Extensions.Logging;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.EventTime;

namespace Streaming.Consumer;

/// <summary>
/// Owns: what the log says of records that show a bug, of this program or of a producer. Once a batch: if it is in every record, the log is not to
/// drown in it. Each record stands in <c>quarantine/</c> with its reason.
/// </summary>
internal sealed partial class ShardFaultLog(string shard, ILogger logger)
{
    private long _misroutedTold;

    public void Tell(WindowedBatch batch)
    {
        if (batch.Books.Misrouted > _misroutedTold * 2)
        {
            _misroutedTold = batch.Books.Misrouted;
            RecordsMisrouted(logger, shard, _misroutedTold);
        }

        if (batch.Decoded.Failures is not [RecordFailure first, ..] failures) return;
        RecordsFailed(logger, first.Exception, shard, failures.Count, first.SequenceNumber.ToString());
    }

    [LoggerMessage(102, LogLevel.Error, "{Shard}: failed on {Count} records of a batch, the first is {SequenceNumber}; they go to quarantine/ and reading goes on. This is a bug of the consumer")]
    private static partial void RecordsFailed(ILogger logger, Exception exception, string shard, int count, string sequenceNumber);

    [LoggerMessage(103, LogLevel.Error, "{Shard}: {Count} records so far are of tickers that belong to other shards; they go to quarantine/ and into no row. The partition key must be the ticker")]
    private static partial void RecordsMisrouted(ILogger logger, string shard, long count);
}
