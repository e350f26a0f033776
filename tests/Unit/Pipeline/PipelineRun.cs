using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Consumer;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Live;
using Streaming.Consumer.Querying;
using Streaming.Shared.Objects;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Pipeline;

/// <summary>Runs the real consumer over a stream and a store, and reads back what it left.</summary>
internal static class PipelineRun
{
    private static int _workers;

    public static readonly DateTimeOffset Now = new(2024, 1, 2, 22, 0, 0, TimeSpan.Zero);

    /// <summary>Flushes after every batch, so that there are many places to fail at.</summary>
    public static readonly ConsumerOptions Eager = new() { Once = true, FlushInterval = TimeSpan.Zero };

    /// <summary>Where the pointer of a shard is.</summary>
    public static string PointerKey(int shard) => LakeLayout.Pointer(Eager.AppName, InMemoryStream.ShardId(shard));

    /// <summary>Where the state is that the pointer names.</summary>
    public static async Task<string> StateKeyAsync(IObjectStore lake, int shard)
    {
        using JsonDocument pointer = JsonDocument.Parse((await lake.GetAsync(PointerKey(shard), CancellationToken.None))!.Content);
        return LakeLayout.State(Eager.AppName, InMemoryStream.ShardId(shard), pointer.RootElement.GetProperty("state").GetString()!);
    }

    public static async Task<Books> ConsumeAsync(
        InMemoryStream stream, IObjectStore lake, ConsumerOptions? options = null, CancellationToken drain = default)
    {
        ConsumerService service = Service(stream, lake, options);
        await RunAsync(service, stream, drain);
        return BooksOf(service);
    }

    public static ConsumerService Service(
        InMemoryStream stream, IObjectStore lake, ConsumerOptions? options = null, Func<TickerTable, RecordDecoder>? decoder = null, ILoggerFactory? loggers = null,
        LiveBoard? live = null)
    {
        options = (options ?? Eager) with { WorkerId = $"worker-{Interlocked.Increment(ref _workers)}" };
        return new ConsumerService(stream, lake, options, stream.Time, new Random(1), loggers ?? NullLoggerFactory.Instance)
        {
            Decoder = decoder ?? (tickers => new TickDecoder(tickers).Decode),
            Live = live,
        };
    }

    public static Task RunAsync(ConsumerService service, InMemoryStream stream, CancellationToken drain = default)
    {
        if (stream.Time is not ManualTimeProvider clock) return service.RunAsync(drain);
        VirtualThread.Run(clock, () => service.RunAsync(drain));
        return Task.CompletedTask;
    }

    public static Books BooksOf(ConsumerService service)
        => service.Shards.Aggregate(default(Books), (sum, shard) => sum + shard.Books);

    /// <summary>Everything that a user can see in the lake, in one text: rows, late and bad records.</summary>
    public static async Task<string> ContentAsync(IObjectStore lake)
    {
        var text = new StringBuilder();
        await foreach (AvgRow row in new LakeReader(lake).AllAsync(CancellationToken.None))
            text.Append(row).Append('\n');
        foreach (string kind in (string[])["late/", "quarantine/"])
        {
            await foreach (string key in lake.ListAsync(kind, CancellationToken.None))
            {
                StoredObject stored = (await lake.GetAsync(key, CancellationToken.None))!;
                text.Append(key).Append('\n').Append(Encoding.UTF8.GetString(stored.Content.Span));
            }
        }

        return text.ToString();
    }
}
