using System.Text.Json;
using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Kinesis;
using Streaming.Tests.Benchmarks.Data;
using Streaming.Tests.Benchmarks.Measuring;

namespace Streaming.Tests.Benchmarks.Stages;

/// <summary>
/// An answer to GetRecords into a <see cref="RecordBatch"/>, against the objects that System.Text.Json makes of it, where it decodes
/// base64 itself.
/// </summary>
internal sealed class UnwrapStage : IStage
{
    private const int Records = 5_000;
    private const int OurTimes = 200;
    private const int TheirTimes = 25;

    private readonly RecordBatch _batch = new();

    public string Name => "unwrap";

    public async Task<IReadOnlyList<Row>> MeasureAsync()
    {
        var target = new Target(6, 10, LargerIsBetter: true);
        return
        [
            .. await MeasureAsync($"unwrap GetRecords, {Records} records", AnswerLayout.Milliseconds, target),
            .. await MeasureAsync("  the same, times with an exponent", AnswerLayout.Exponent, target),
        ];
    }

    private async Task<IReadOnlyList<Row>> MeasureAsync(string name, AnswerLayout layout, Target target)
    {
        byte[] body = GetRecordsBody.Write(new TickRecords(tickers: 500, Records, TimeSpan.FromSeconds(10)), Records, layout);
        CheckThatBothAgree(body);
        Rounds rounds = await Rounds.RunAsync(
            new Side((long)Records * OurTimes, () =>
            {
                for (int i = 0; i < OurTimes; i++) Unwrap(body);
            }),
            new Side((long)Records * TheirTimes, () =>
            {
                for (int i = 0; i < TheirTimes; i++) Deserialize(body);
            }));

        return
        [
            new Row(name, "System.Text.Json into objects", "x faster", rounds.Gain(cost => cost.CpuNanos), target),
            new Row(name, "CPU", "ns/record", rounds.Ours(cost => cost.CpuNanos)),
            new Row(name, "garbage", "B/record", rounds.Ours(cost => cost.AllocatedBytes)),
            new Row("  System.Text.Json into objects", "CPU", "ns/record", rounds.Theirs(cost => cost.CpuNanos)),
        ];
    }

    private void Unwrap(byte[] body)
    {
        _batch.Clear();
        GetRecordsAnswer.Parse(body, _batch, out _);
    }

    private static Answer Deserialize(byte[] body) => JsonSerializer.Deserialize<Answer>(body)!;

    private void CheckThatBothAgree(byte[] body)
    {
        Unwrap(body);
        Answer expected = Deserialize(body);
        bool agrees = _batch.Count == expected.Records.Count && _batch.MillisBehindLatest == expected.MillisBehindLatest;
        for (int i = 0; agrees && i < _batch.Count; i++)
        {
            Record record = expected.Records[i];
            agrees = _batch[i].Data.SequenceEqual(record.Data)
                && _batch[i].SequenceNumber == SequenceNumber.Parse(record.SequenceNumber)
                && _batch[i].ArrivalMicros == (long)Math.Round(record.ApproximateArrivalTimestamp * 1e6);
        }

        if (!agrees) throw new InvalidOperationException("System.Text.Json reads the answer differently.");
    }

    private sealed record Answer(List<Record> Records, string NextShardIterator, long MillisBehindLatest);

    private sealed record Record(byte[] Data, string PartitionKey, string SequenceNumber, double ApproximateArrivalTimestamp);
}
