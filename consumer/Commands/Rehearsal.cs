using Microsoft.Extensions.Logging;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.Commands;

/// <summary>
/// Uses once, in memory, what a run is going to use, beside the start, which keeps but one core busy: what the runtime loads and
/// compiles when something is used for the first time, it then has. A sixth of the time to the first batch.
/// </summary>
internal static class Rehearsal
{
    private static readonly ObjectOrigin Origin = new("rehearsal", "rehearsal", "rehearsal", "rehearsal");

    /// <summary>Ends well, or there is a bug.</summary>
    public static Task Begin() => Task.Run<byte[]>(Play);

    private static byte[] Play()
    {
        using ILoggerFactory loggers = LoggerFactory.Create(builder => Logging.Configure(builder, verbose: false));
        var windows = new ShardWindows(new ConsumerOptions().EventTime, new TickerTable(shard: null));
        var decoder = new BatchDecoder(new TickDecoder(windows.Tickers).Decode);
        var batch = new RecordBatch();
        batch.Add(
            SequenceNumber.FromUInt64(1),
            arrivalMicros: long.MaxValue,
            """{"ticker":"A","date":"2024-01-02","timestamp":"2024-01-02T14:30:00.000+00:00","close":1.5,"volume":100,"run":"rehearsal","seq":0}"""u8);
        windows.Add(decoder.Decode(batch));
        if (windows.Books.Windowed != 1) throw new InvalidOperationException("The rehearsal's record is not understood.");
        return BarObjectCodec.Write([.. windows.Snapshot(openWindowsToo: true).Windows.Select(window => Bar.Of(window.Value))], Origin);
    }
}
