using BenchmarkDotNet.Attributes;
using Streaming.Consumer.Flushing;
using Streaming.Tests.Benchmarks.Data;

namespace Streaming.Tests.Benchmarks.Micro;

/// <summary>One ticker's trading day to the bytes of its object, and back.</summary>
[MemoryDiagnoser]
public class ObjectBenchmarks
{
    private readonly Bar[] _bars = TradingDayBars.Make();
    private byte[] _content = [];

    [GlobalSetup]
    public void Setup() => _content = Write();

    [Benchmark]
    public byte[] Write() => BarObjectCodec.Write(_bars, TradingDayBars.Origin);

    [Benchmark]
    public object Read() => BarObjectCodec.Read("bars.parquet", _content);
}
