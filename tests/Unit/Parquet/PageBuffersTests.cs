using Streaming.Shared.Parquet;

namespace Streaming.Tests.Unit.Parquet;

public sealed class PageBuffersTests
{
    // As many as a merge of files has pages open, and more than the shared pool keeps for a few cores. Other tests may take some meanwhile.
    [Fact]
    public void BuffersOfManyPages_AreUsedAgain()
    {
        const int pages = 256;
        const int mostTaken = 56;
        const int bytes = 130_000;
        byte[][] first = [.. Enumerable.Range(0, pages).Select(_ => PageBuffers.Rent(bytes))];
        foreach (byte[] buffer in first) PageBuffers.Return(buffer);
        byte[][] second = [.. Enumerable.Range(0, pages).Select(_ => PageBuffers.Rent(bytes))];
        foreach (byte[] buffer in second) PageBuffers.Return(buffer);
        Assert.InRange(first.Intersect(second).Count(), pages - mostTaken, pages);
    }
}
