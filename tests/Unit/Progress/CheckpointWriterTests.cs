using System.Buffers;
using System.Text;
using System.Text.Json;
using Streaming.Consumer.Progress;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Tests.Unit.Progress;

public sealed class CheckpointWriterTests
{
    private const int Seed = 7;

    [Fact]
    public void AnyPointerOrState_IsWrittenAsTheSerializerWritesIt()
    {
        var random = new Random(Seed);
        for (int round = 0; round < 2_000; round++)
        {
            CheckpointPointer pointer = Pointer(random);
            CheckpointState state = State(random);
            AssertWritten(JsonSerializer.Serialize(pointer, CheckpointJson.Default.CheckpointPointer), output => CheckpointWriter.Write(output, pointer), round);
            AssertWritten(JsonSerializer.Serialize(state, CheckpointJson.Default.CheckpointState), output => CheckpointWriter.Write(output, state), round);
        }
    }

    private static void AssertWritten(string expected, Action<IBufferWriter<byte>> write, int round)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        Assert.True(expected == Encoding.UTF8.GetString(output.WrittenSpan), $"seed {Seed}, round {round}: {expected}");
    }

    [Fact]
    public void AnyCheckpoint_ReadsBackTheSameSums()
    {
        var random = new Random(Seed);
        for (int round = 0; round < 2_000; round++)
        {
            CheckpointWindow window = Window(random);
            CheckpointWindow read = Read(JsonSerializer.Serialize(window, CheckpointJson.Default.CheckpointWindow));
            Assert.True((window.CloseSum, window.VolumeSum) == (read.CloseSum, read.VolumeSum), $"seed {Seed}, round {round}");
        }
    }

    // Up to version 3, the sums of prices in units of 1e-12 and of whole volumes were texts.
    [Fact]
    public void SumsOfOlderVersions_AreTheNearestDouble()
    {
        CheckpointWindow window = Read(
            """{"start":0,"trade_date":"2024-01-02","tick_count":1,"close_sum":"185640000000000","open":1,"high":1,"low":1,"last_close":1,"first":1,"last":1,"volume_sum":"82488700"}""");
        Assert.Equal((185.64, 82_488_700), (window.CloseSum.ToDouble(), window.VolumeSum!.Value.ToDouble()));
    }

    private static CheckpointWindow Read(string json) => JsonSerializer.Deserialize(json, CheckpointJson.Default.CheckpointWindow);

    private static CheckpointPointer Pointer(Random random) => new(
        random.Next(),
        Text(random),
        Text(random),
        Text(random),
        Text(random),
        new CheckpointLease(Maybe(random, Text), random.NextInt64(), random.NextInt64(), random.NextInt64(), Maybe(random, Text)),
        random.Next(2) == 0,
        Many(random, Text),
        Maybe(random, Text),
        random.NextInt64(),
        Number(random),
        MaybeNumber(random),
        MaybeNumber(random),
        Sequence(random),
        MaybeNumber(random),
        MaybeNumber(random),
        new CheckpointBooks(Number(random), Number(random), Number(random), Number(random), Number(random), Number(random)),
        random.Next(2) == 0,
        Text(random),
        random.Next(),
        random.Next());

    private static CheckpointState State(Random random) => new(
        random.Next(),
        Text(random),
        Text(random),
        Text(random),
        Text(random),
        Sequence(random),
        Many(random, _ => new CheckpointTicker(Text(random), Number(random), Many(random, Window), Many(random, _ => new CheckpointRun(Text(random), Number(random))))));

    private static CheckpointWindow Window(Random random) => new(
        Number(random),
        DateOnly.FromDayNumber(random.Next(DateOnly.MaxValue.DayNumber)),
        Number(random),
        Wide(random),
        Price(random),
        Price(random),
        Price(random),
        Price(random),
        Number(random),
        Number(random),
        random.Next(3) == 0 ? null : Wide(random));

    private static long Number(Random random) => random.Next(4) == 0 ? random.Next(-3, 4) : random.NextInt64(long.MinValue, long.MaxValue);

    private static long? MaybeNumber(Random random) => random.Next(2) == 0 ? null : Number(random);

    private static ExactSum Wide(Random random)
    {
        var sum = new ExactSum();
        for (int terms = random.Next(6); terms > 0; terms--) sum.Add(Number(random) * Math.Pow(10, random.Next(-20, 0)));
        return sum;
    }

    private static double Price(Random random) => random.Next(3) == 0 ? random.NextInt64() * 1e-12 : random.Next(1_000_000) / 10_000.0;

    private static SequenceNumber Sequence(Random random)
        => random.Next(2) == 0 ? SequenceNumber.FromUInt64((ulong)random.NextInt64()) : SequenceNumber.Parse(string.Concat(Enumerable.Range(0, 56).Select(_ => random.Next(1, 10))));

    private static string Text(Random random)
    {
        string[] odd = ["", "AAPL", "BRK.B", "../x", "a=b", " SPY ", "\"", "\\", "😀", "é", "<&>'+", "\t\u0001", "shardId-000000000000"];
        return odd[random.Next(odd.Length)] + odd[random.Next(odd.Length)];
    }

    private static string? Maybe(Random random, Func<Random, string> text) => random.Next(2) == 0 ? null : text(random);

    private static T[] Many<T>(Random random, Func<Random, T> make) => [.. Enumerable.Range(0, random.Next(4)).Select(_ => make(random))];
}
