using System.Globalization;
using Microsoft.Extensions.Logging;
using Streaming.Consumer;
using Streaming.Consumer.Commands;
using Streaming.Consumer.EventTime;
using Streaming.Consumer.Querying;
using Streaming.Producer.Commands;
using Streaming.Producer.Sampling;
using Streaming.Shared;
using Streaming.Shared.Aws;
using Streaming.Shared.CommandLine;
using Streaming.Shared.Hosting;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;

namespace Streaming.Local;

/// <summary>
/// The whole pipeline once, on one machine: history, producer, stream, consumer, lake, query. The same input gives the same rows,
/// because each run begins with a stream and a lake of its own.
/// </summary>
internal static class LocalRun
{
    private const string Folder = "./data/local";
    private const string StreamAddress = Folder + "/stream";
    private const string LakeAddress = Folder + "/lake";
    private const string SampleFolder = Folder + "/sample";

    private const string Usage = """
        Replays history through the whole pipeline on this machine, and prints the newest rows of avg_1min.

          dotnet run --project deploy/local                made-up history: 10 tickers, one trading day
          dotnet run --project deploy/local -- PATH...     your own Parquet: files, folders, globs
          dotnet run --project deploy/local -- --live      as a live feed, a market minute per second, until Ctrl-C; with
                                                           a page to look at it (--http ADDRESS:PORT for another address)

        Everything is below ./data/local; its stream and lake are made anew by each run.
        """;

    public static async Task<int> InvokeAsync(string[] args, CancellationToken stop)
    {
        if (args.Any(arg => arg is "--help" or "-h" or "-?"))
        {
            Console.WriteLine(Usage);
            return 0;
        }

        try
        {
            var inputs = new List<string>();
            bool isLive = false;
            HttpEndpoint page = HttpEndpoint.Default with { IsExplicit = true };
            for (int i = 0; i < args.Length; i++)
            {
                if (args[i] == "--live") isLive = true;
                else if (args[i] == "--http") page = HttpEndpoint.Parse(++i < args.Length ? args[i] : "");
                else if (args[i].StartsWith('-')) throw new UsageException($"What is {args[i]}?\n{Usage}");
                else inputs.Add(args[i]);
            }

            return isLive ? await LiveAsync([.. inputs], page, stop) : await RunAsync([.. inputs], stop);
        }
        catch (Exception error) when (ExitCode.Of(error) is { } code)
        {
            await Console.Error.WriteLineAsync($"local: {error.Message}");
            return code;
        }
    }

    private static async Task<int> RunAsync(string[] inputs, CancellationToken stop)
    {
        TimeProvider time = TimeProvider.System;
        if (inputs.Length == 0) inputs = [MakeSample()];
        await using IManagedStream stream = await BeginAnewAsync(time, stop);
        IObjectStore lake = ObjectStores.Open(LakeAddress, time);
        var options = new ConsumerOptions { Stream = StreamAddress, Lake = LakeAddress, FlushInterval = TimeSpan.FromSeconds(1) };

        // The consumer runs beside the replay, as it would beside a feed; then it hands over to one that reads the rest and ends.
        using var handOver = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task beside = ConsumeAsync(options, stream, lake, time, handOver.Token);
        int replayed = await ReplayAsync([.. inputs, "--speed", "max"], time, stop);
        handOver.Cancel();
        await beside;
        if (replayed != 0) return replayed;

        Books books = await ConsumeAsync(options with { Once = true }, stream, lake, time, stop);
        await PrintAsync(new LakeReader(lake), books);
        return 0;
    }

    /// <summary>A feed that goes round and round, and a consumer with its page, until told to stop.</summary>
    private static async Task<int> LiveAsync(string[] inputs, HttpEndpoint page, CancellationToken stop)
    {
        TimeProvider time = TimeProvider.System;
        if (inputs.Length == 0) inputs = [MakeSample()];
        await using IManagedStream stream = await BeginAnewAsync(time, stop);
        await Console.Error.WriteLineAsync($"open http://{page.Address} in a browser; Ctrl-C ends");

        // Whichever ends, by Ctrl-C or because it failed, ends the other.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task<int> replay = EndWithAsync(end, ReplayAsync([.. inputs, "--speed", "60", "--loop", "--progress", "none"], time, end.Token));
        var options = new ConsumerOptions { Stream = StreamAddress, Lake = LakeAddress, FlushInterval = TimeSpan.FromSeconds(5), Http = page, WorkerId = "local" };
        Task<int> consumer = EndWithAsync(end, ConsumeAsync());
        await consumer;
        int replayed = await replay;
        return stop.IsCancellationRequested ? 0 : replayed;

        async Task<int> ConsumeAsync()
        {
            await ConsumerRun.RunAsync(options, new AwsSettings(), verbose: false, end.Token);
            return 0;
        }
    }

    private static async Task<int> EndWithAsync(CancellationTokenSource end, Task<int> part)
    {
        try
        {
            return await part;
        }
        finally
        {
            end.Cancel();
        }
    }

    private static async Task<IManagedStream> BeginAnewAsync(TimeProvider time, CancellationToken stop)
    {
        IManagedStream stream = RecordStreams.Open(StreamAddress, time);
        await stream.DeleteAsync(stop);
        await stream.CreateAsync(shardCount: 4, stop);
        DeleteLake();
        return stream;
    }

    private static string MakeSample()
    {
        SampleSummary sample = SampleHistory.Write(SampleFolder);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"sample: {sample.Ticks:N0} made-up ticks in {SampleFolder}"));
        return SampleFolder;
    }

    private static Task<int> ReplayAsync(string[] arguments, TimeProvider time, CancellationToken stop)
    {
        // The sample is always the same, so its records need no other run id.
        var context = new CommandContext(TextWriter.Null, Console.Error, !Console.IsErrorRedirected, time, StartId: "local");
        return ProducerCommands.InvokeAsync(["replay", .. arguments, "--stream", StreamAddress], context, stop);
    }

    private static async Task<Books> ConsumeAsync(
        ConsumerOptions options, IRecordStream stream, IObjectStore lake, TimeProvider time, CancellationToken drain)
    {
        using ILoggerFactory loggers = ProgramLog.Create(verbose: false);
        var service = new ConsumerService(stream, lake, options, time, new Random(Environment.ProcessId), loggers);
        await service.RunAsync(drain);
        return service.Shards.Aggregate(default(Books), (sum, shard) => sum + shard.Books);
    }

    private static async Task PrintAsync(LakeReader lake, Books books)
    {
        IReadOnlyList<AvgRow> newest = await lake.NewestAsync(null, null, 10, CancellationToken.None);
        AvgRowTable.Write(PlainConsole.For(Console.Out, Console.IsOutputRedirected), newest);
        long windows = 0;
        var objects = new HashSet<(string, DateOnly)>();
        await foreach (AvgRow row in lake.AllAsync(CancellationToken.None))
        {
            windows++;
            objects.Add((row.Ticker, row.TradeDate));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{books.Windowed:N0} ticks in {windows:N0} windows, {objects.Count:N0} objects, {books.Late:N0} late, {books.Quarantined:N0} quarantined; lake: {LakeAddress}"));
        if (newest.Count > 0) Console.WriteLine($"more rows: dotnet run --project consumer -- query --lake {LakeAddress} --ticker '{newest[0].Ticker}'");
    }

    private static void DeleteLake()
    {
        if (Directory.Exists(LakeAddress)) Directory.Delete(LakeAddress, recursive: true);
    }
}
