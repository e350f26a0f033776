using BenchmarkDotNet.Attributes;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.EventTime;
using Streaming.Tests.Benchmarks.Data;

namespace Streaming.Tests.Benchmarks.Micro;

/// <summary>A minute's ticks, decoded before, into windows that are there.</summary>
[MemoryDiagnoser]
public class WindowBenchmarks
{
    private const int Batches = TickBatches.EventsPerMinute / TickBatches.EventsPerBatch;

    private DecodedBatch[] _ticks = [];
    private TickerTable _tickers = null!;

    [Params(100, 500, 10_000)]
    public int Tickers { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _tickers = new TickerTable(shard: null);
        RecordDecoder decoder = new TickDecoder(_tickers).Decode;
        _ticks = [.. new TickBatches(Tickers).All[..Batches].Select(batch => new BatchDecoder(decoder).Decode(batch))];
    }

    [Benchmark(OperationsPerInvoke = TickBatches.EventsPerMinute)]
    public long Add()
    {
        ShardWindows windows = Stages.ShardFold.Over(_tickers);
        foreach (DecodedBatch batch in _ticks) windows.Add(batch);
        return windows.Books.Windowed;
    }
}
