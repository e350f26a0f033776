using Streaming.Tests.Benchmarks.Data;
using Streaming.Tests.Benchmarks.Measuring;
using Streaming.Tests.Benchmarks.Peers;

namespace Streaming.Tests.Benchmarks.Stages;

/// <summary>
/// <c>consumer run --once</c> as a process, start and end included, over a local stream in memory into a lake in memory, against DuckDB
/// on one thread over the same ticks as lines of JSON, already open, into as many files of the same rows.
/// </summary>
internal sealed class RunStage : IStage
{
    private const int Ticks = 2_000_000;
    private const int Tickers = 500;
    private const int Shards = 4;
    private const int RoundCount = 5;
    private static readonly TimeSpan Span = TimeSpan.FromHours(6.5);

    private TimeSpan _consumerCpu;

    public string Name => "run";

    public async Task<IReadOnlyList<Row>> MeasureAsync()
    {
        string stage = $"consumer run --once, local stream, {Ticks / 1_000_000}M ticks, {Shards} shards, {Tickers} tickers";
        if (DuckDbApi.Missing is { } reason) return [Row.Skipped(stage, reason)];
        using var folder = new MemoryFolder();
        await using (FileStream lines = File.Create(folder["ticks.json"]))
            await StreamFiles.WriteTicksAsync(folder["stream"], Shards, Tickers, Ticks, Span, lines);
        using var duck = new DuckDb();
        duck.Execute("SET threads = 1");
        // One file for each partition, as ours; by default DuckDB keeps fewer open and begins another file for the rest.
        duck.Execute($"SET partitioned_write_max_open_files = {Tickers * 2}");

        (int lakes, int outputs) = (0, 0);
        Rounds rounds = await Rounds.RunAsync(
            new Side(Ticks, () => ConsumeAsync(folder["stream"], folder[$"lake-{lakes++}"]), () => Task.FromResult(_consumerCpu)),
            new Side(Ticks, () => duck.Execute(Aggregate(folder["ticks.json"], folder[$"duck-{outputs++}"]))),
            RoundCount);
        CheckThatBothAgree(duck, folder["lake-0"], folder["duck-0"]);
        return
        [
            new Row(stage, "DuckDB on 1 thread, elapsed", "x faster", rounds.Gain(cost => cost.WallNanos), new Target(2, 7, LargerIsBetter: true)),
            new Row(stage, "the same, CPU", "x less", rounds.Gain(cost => cost.TotalCpuNanos)),
            new Row(stage, "elapsed", "s", rounds.Ours(Seconds)),
            new Row(stage, "CPU", "ns/tick", rounds.Ours(cost => cost.TotalCpuNanos)),
            new Row("  DuckDB on 1 thread", "elapsed", "s", rounds.Theirs(Seconds)),
        ];
    }

    private static double Seconds(Measuring.Cost cost) => cost.WallNanos * Ticks / 1e9;

    private async Task ConsumeAsync(string stream, string lake)
    {
        ChildRun run = await ChildRun.RunAsync(ChildRun.StartOf("consumer", "run", "--once", "--stream", stream, "--lake", lake, "--http", "off"));
        _consumerCpu += run.Cpu;
        if (!run.Output.Contains("2,000,000", StringComparison.Ordinal)) throw new InvalidOperationException($"The consumer did not read {Ticks} ticks.\n{run.Output}");
    }

    // The last close by (event time, order of arrival), as one number, which DuckDB compares faster than a pair.
    private static string Aggregate(string lines, string output) =>
        $$"""
        COPY (
            SELECT ticker, trade_date, window_start, window_start + INTERVAL 1 MINUTE AS window_end, avg(close) AS avg_close, arg_max(close, place) AS last_close,
                arg_min(close, place) AS open, max(close) AS high, min(close) AS low, CAST(sum(volume) AS BIGINT) AS volume, count(*) AS tick_count
            FROM (
                SELECT ticker, date AS trade_date, close, volume, time_bucket(INTERVAL 1 MINUTE, timestamp) AS window_start, epoch_ms(timestamp) * {{1 << 21}} + seq AS place
                FROM read_ndjson('{{lines}}', columns = {ticker: 'VARCHAR', date: 'VARCHAR', timestamp: 'TIMESTAMP', close: 'DOUBLE', volume: 'BIGINT', seq: 'BIGINT'}))
            GROUP BY ticker, trade_date, window_start)
        TO '{{output}}' (FORMAT parquet, COMPRESSION snappy, PARTITION_BY (ticker, trade_date))
        """;

    private static void CheckThatBothAgree(DuckDb duck, string lake, string output)
    {
        const string types = "hive_partitioning = true, hive_types = {'ticker': VARCHAR, 'trade_date': VARCHAR}";
        long rows = duck.Count($"SELECT count(*) FROM read_parquet('{output}/*/*/*.parquet', {types})");
        long same = duck.Count(
            $"""
            SELECT count(*) FROM read_parquet('{lake}/avg_1min/*/*/*.parquet', {types}) AS ours
            JOIN read_parquet('{output}/*/*/*.parquet', {types}) AS theirs USING (ticker, trade_date, window_start, window_end, last_close, open, high, low, volume, tick_count)
            WHERE abs(ours.avg_close - theirs.avg_close) < 1e-9
            """);
        long ours = duck.Count($"SELECT count(*) FROM read_parquet('{lake}/avg_1min/*/*/*.parquet', {types})");
        if (rows == 0 || same != rows || ours != rows) throw new InvalidOperationException($"Of DuckDB's {rows} rows {same} are among the consumer's {ours}.");
    }
}
