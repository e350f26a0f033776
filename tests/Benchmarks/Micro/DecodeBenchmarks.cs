using BenchmarkDotNet.Attributes;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.EventTime;
using Streaming.Shared.Streams;
using Streaming.Tests.Benchmarks.Data;

namespace Streaming.Tests.Benchmarks.Micro;

/// <summary>Records to ticks, the fast way and its simple twin; the tickers are known.</summary>
[MemoryDiagnoser]
public class DecodeBenchmarks
{
    private const int Batches = 50;

    private RecordBatch[] _records = [];
    private BatchDecoder _usual = null!;
    private BatchDecoder _any = null!;

    [Params(100, 500, 10_000)]
    public int Tickers { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _records = new TickBatches(Tickers).All[..Batches];
        var decoder = new TickDecoder(new TickerTable(shard: null));
        (_usual, _any) = (new BatchDecoder(decoder.Decode), new BatchDecoder(decoder.DecodeAny));
    }

    [Benchmark(OperationsPerInvoke = Batches * TickBatches.EventsPerBatch)]
    public void Decode() => DecodeAll(_usual);

    [Benchmark(OperationsPerInvoke = Batches * TickBatches.EventsPerBatch)]
    public void DecodeAny() => DecodeAll(_any);

    private void DecodeAll(BatchDecoder decoder)
    {
        foreach (RecordBatch batch in _records) decoder.Decode(batch);
    }
}
