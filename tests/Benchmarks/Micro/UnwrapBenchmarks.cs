using BenchmarkDotNet.Attributes;
using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Kinesis;
using Streaming.Tests.Benchmarks.Data;

namespace Streaming.Tests.Benchmarks.Micro;

/// <summary>An answer to GetRecords to a batch, in each of the layouts that services write.</summary>
[MemoryDiagnoser]
public class UnwrapBenchmarks
{
    private const int Records = 5_000;

    private readonly RecordBatch _batch = new();
    private byte[] _body = [];

    [ParamsAllValues]
    public AnswerLayout Layout { get; set; }

    [GlobalSetup]
    public void Setup() => _body = GetRecordsBody.Write(new TickRecords(tickers: 500, Records, TimeSpan.FromSeconds(10)), Records, Layout);

    [Benchmark(OperationsPerInvoke = Records)]
    public int Parse()
    {
        _batch.Clear();
        GetRecordsAnswer.Parse(_body, _batch, out _);
        return _batch.Count;
    }
}
