using System.Buffers;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Streaming.Producer.Archive;
using Streaming.Producer.Encoding;
using Streaming.Shared.Ticks;
using Streaming.Tests.Benchmarks.Data;
using Streaming.Tests.Benchmarks.Measuring;
using Streaming.Tests.Benchmarks.Peers;

namespace Streaming.Tests.Benchmarks.Stages;

/// <summary>
/// Files that cover the same time, from <see cref="TickArchive"/> by <see cref="EventTimeMerge"/> to <see cref="TickEncoder"/>, against DuckDB's
/// reader and sort and <see cref="Utf8JsonWriter"/>; both write the same bytes. DuckDB is spared the trade date, which it gets for nothing.
/// </summary>
internal sealed class HistoryStage : IStage
{
    private const int Files = 24;
    private const int RowsPerFile = 25_000;
    private const int Rows = Files * RowsPerFile;
    private const int RoundCount = 7;
    private const string RunId = "benchmark-0000000001";

    private delegate void RecordSink(ReadOnlySpan<byte> record);

    public string Name => "history";

    public async Task<IReadOnlyList<Row>> MeasureAsync()
    {
        using var folder = new MemoryFolder();
        HistoryFiles.Write(folder["history"], Files, RowsPerFile);
        string stage = $"history -> JSON in event-time order, {Files} files, {Rows} rows";
        List<Row> rows = DuckDbApi.Missing is { } reason ? [Row.Skipped(stage, reason)] : await CompareAsync(stage, folder["history"]);
        rows.AddRange(await HistoryProcess.MeasureAsync(folder, Files));
        return rows;
    }

    private static async Task<List<Row>> CompareAsync(string stage, string history)
    {
        using var duck = new DuckDb();
        using DuckStatement query = duck.Prepare($"SELECT ticker, timestamp, price, size FROM read_parquet('{history}/*.parquet') ORDER BY timestamp");
        CheckThatBothAgree(history, query);
        long bytes = 0;
        Rounds rounds = await Rounds.RunAsync(
            new Side(Rows, () => Replay(history, record => bytes += record.Length)),
            new Side(Rows, () => Query(query, record => bytes += record.Length)),
            RoundCount);
        return
        [
            new Row(stage, "DuckDB ORDER BY and Utf8JsonWriter, elapsed", "x faster", rounds.Gain(cost => cost.WallNanos), new Target(2.5, 5, LargerIsBetter: true)),
            new Row(stage, "the same, CPU", "x less", rounds.Gain(cost => cost.CpuNanos)),
            new Row(stage, "CPU", "ns/record", rounds.Ours(cost => cost.CpuNanos)),
            new Row(stage, "garbage", "B/record", rounds.Ours(cost => cost.AllocatedBytes)),
            new Row("  DuckDB and Utf8JsonWriter", "CPU", "ns/record", rounds.Theirs(cost => cost.CpuNanos)),
        ];
    }

    private static void Replay(string history, RecordSink sink)
    {
        var inputs = InputFiles.Expand([history], new S3Inputs(new Shared.Aws.AwsSettings(), TimeProvider.System), new LeftOutFiles());
        var archive = TickArchive.Open(inputs, FileHints.None, RowFilter.All(TimeProvider.System), new RefusedRows(), CancellationToken.None);
        var encoder = new TickEncoder(new ExchangeCalendar(TimeZoneInfo.FindSystemTimeZoneById("America/New_York")), RunId);
        using EventTimeMerge ticks = archive.Read(isFirstPass: true);
        Tick tick = default;
        long sequence = 0;
        while (ticks.TryRead(ref tick))
        {
            encoder.Encode(ref tick, sequence++);
            sink(encoder.Record);
        }
    }

    private static void Query(DuckStatement query, RecordSink sink)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        long sequence = 0;
        query.Read(chunk =>
        {
            nint tickers = chunk.Texts(0);
            ReadOnlySpan<long> micros = chunk.Longs(1);
            ReadOnlySpan<double> prices = chunk.Doubles(2);
            ReadOnlySpan<long> sizes = chunk.Longs(3);
            for (int row = 0; row < micros.Length; row++)
            {
                buffer.ResetWrittenCount();
                json.Reset();
                json.WriteStartObject();
                json.WriteString(Names.Ticker, DuckChunk.Text(tickers, row));
                json.WriteString(Names.Date, "2024-01-02"u8);
                json.WriteString(Names.Timestamp, DateTimeOffset.UnixEpoch.AddTicks(micros[row] * TimeSpan.TicksPerMicrosecond));
                json.WriteNumber(Names.Close, prices[row]);
                json.WriteNumber(Names.Volume, sizes[row]);
                json.WriteString(Names.Run, RunId);
                json.WriteNumber(Names.Seq, sequence++);
                json.WriteEndObject();
                json.Flush();
                sink(buffer.WrittenSpan);
            }
        });
    }

    private static void CheckThatBothAgree(string history, DuckStatement query)
    {
        using var ours = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var theirs = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Replay(history, ours.AppendData);
        Query(query, theirs.AppendData);
        if (!ours.GetHashAndReset().SequenceEqual(theirs.GetHashAndReset())) throw new InvalidOperationException("DuckDB and Utf8JsonWriter give other records.");
    }

    private static class Names
    {
        public static readonly JsonEncodedText Ticker = JsonEncodedText.Encode(TickJson.Ticker);
        public static readonly JsonEncodedText Date = JsonEncodedText.Encode(TickJson.Date);
        public static readonly JsonEncodedText Timestamp = JsonEncodedText.Encode(TickJson.Timestamp);
        public static readonly JsonEncodedText Close = JsonEncodedText.Encode(TickJson.Close);
        public static readonly JsonEncodedText Volume = JsonEncodedText.Encode(TickJson.Volume);
        public static readonly JsonEncodedText Run = JsonEncodedText.Encode(TickJson.Run);
        public static readonly JsonEncodedText Seq = JsonEncodedText.Encode(TickJson.Seq);
    }
}
