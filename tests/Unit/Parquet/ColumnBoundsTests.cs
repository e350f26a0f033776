using Streaming.Shared.Parquet;
using Streaming.Shared.Parquet.Writing;

namespace Streaming.Tests.Unit.Parquet;

public sealed class ColumnBoundsTests
{
    // DuckDB hides bounds that are NaN; other readers may not.
    [Theory]
    [InlineData(1.0, double.NaN)]
    [InlineData(double.NaN, 1.0)]
    public void NaNInAnyPage_LeavesNoBounds(double firstPage, double secondPage)
    {
        using var bounds = new ColumnBounds();
        bounds.Include([firstPage]);
        bounds.Include([secondPage]);
        Assert.False(bounds.TryEncode(PhysicalType.Double, out _, out _));
    }
}
