using Streaming.Tests.Benchmarks.Measuring;

namespace Streaming.Tests.Benchmarks.Stages;

/// <summary>One stage of the pipeline and what it is measured against. Runs the types that the two programs run, never twins of them.</summary>
internal interface IStage
{
    /// <summary>One word for the command line.</summary>
    string Name { get; }

    /// <exception cref="InvalidOperationException">The two sides came to different results, so that their times say nothing.</exception>
    Task<IReadOnlyList<Row>> MeasureAsync();
}
