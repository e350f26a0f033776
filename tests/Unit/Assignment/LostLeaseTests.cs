using System.Text;
using System.Text.Json;
using Streaming.Consumer;
using Streaming.Shared.Objects;
using Streaming.Tests.TestKit;
using Streaming.Tests.Unit.EventTime;
using Streaming.Tests.Unit.Pipeline;

namespace Streaming.Tests.Unit.Assignment;

/// <summary>What renewals of a lease notice and write while a worker stands at the tip of its shard and has nothing to flush.</summary>
public sealed class LostLeaseTests
{
    private static readonly string Checkpoint = PipelineRun.PointerKey(0);

    private readonly ManualTimeProvider _clock = new(PipelineRun.Now);
    private readonly InMemoryObjectStore _lake = new();
    private readonly InMemoryStream _stream;

    public LostLeaseTests() => _stream = new InMemoryStream(1, 10, _clock);

    [Fact]
    public void LeaseThatIsLostAtTheTip_StopsTheShard()
    {
        _stream.Put("A", TickLog.Json("A", 1, 1));
        ConsumerService service = PipelineRun.Service(_stream, _lake, new ConsumerOptions());
        LeaseMoves moves = default;
        Run(service, async () =>
        {
            await Task.Delay(TimeSpan.FromSeconds(20), _clock);
            StoredObject stored = (await _lake.GetAsync(Checkpoint, default))!;
            string text = Encoding.UTF8.GetString(stored.Content.Span)
                .Replace($"\"owner\":\"{service.Worker}\",\"epoch\":1", "\"owner\":\"another\",\"epoch\":2", StringComparison.Ordinal);
            Assert.NotNull(await _lake.PutAsync(Checkpoint, Encoding.UTF8.GetBytes(text), stored.Tag, default));
            // Within a renewal's interval, and before the other's lease can expire.
            await Task.Delay(TimeSpan.FromSeconds(5), _clock);
            moves = service.LeaseMoves;
        });
        Assert.Equal(new LeaseMoves(Taken: 1, LetGo: 0, Lost: 1), moves);
    }

    // The tip would be noted for the position that is stored, behind which a record follows: if that is trimmed, its loss would be hidden.
    [Fact]
    public void TipBehindRecordsThatAreNotSaved_IsNotNoted()
    {
        var options = new ConsumerOptions { FlushInterval = TimeSpan.FromMinutes(1), IdleFlushAfter = TimeSpan.FromHours(1) };
        _stream.Put("A", TickLog.Json("A", 1, 1));
        ConsumerService service = PipelineRun.Service(_stream, _lake, options);
        (string? Position, bool IsTipKnown) unsaved = default, saved = default;
        Run(service, async () =>
        {
            await Task.Delay(TimeSpan.FromSeconds(30), _clock);
            Assert.Equal(1, service.Shards[0].Books.Read);
            unsaved = await StoredAsync();
            await Task.Delay(TimeSpan.FromSeconds(60), _clock);
            saved = await StoredAsync();
        });
        Assert.Equal(("0", false), unsaved);
        Assert.Equal(("1", true), saved);
    }

    // Between a save without it and the next renewal a crash would leave a quiet shard that looks as if it had lost records, once its last one is trimmed.
    [Fact]
    public void SaveOfWindowsAlone_KeepsTheTimeOfTheTip()
    {
        var options = new ConsumerOptions { FlushInterval = TimeSpan.FromSeconds(10), IdleFlushAfter = TimeSpan.FromSeconds(30) };
        _stream.Put("A", TickLog.Json("A", 1, 1));
        ConsumerService service = PipelineRun.Service(_stream, _lake, options);
        bool wasKnown = false;
        Run(service, async () =>
        {
            for (int i = 0; i < 600; i++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), _clock);
                (string? position, bool isTipKnown) = await StoredAsync();
                Assert.True(isTipKnown || !wasKnown, $"the time of the tip was forgotten after {i * 100} ms");
                wasKnown |= isTipKnown && position == "1";
            }
        });
        Assert.True(wasKnown);
        // The open window was written by the idle flush, in between.
        Assert.Equal(1, service.Shards[0].Flushes.Windows);
    }

    private async Task<(string? Position, bool IsTipKnown)> StoredAsync()
    {
        using JsonDocument json = JsonDocument.Parse((await _lake.GetAsync(Checkpoint, default))!.Content);
        return (json.RootElement.GetProperty("position").GetString(), json.RootElement.GetProperty("read_to_tip_at").ValueKind == JsonValueKind.Number);
    }

    private void Run(ConsumerService service, Func<Task> look)
    {
        using var drain = new CancellationTokenSource(TimeSpan.FromMinutes(5), _clock);
        VirtualThread.Run(_clock, () => Task.WhenAll(service.RunAsync(drain.Token), look()));
    }
}
