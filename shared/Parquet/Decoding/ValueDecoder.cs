namespace Streaming.Shared.Parquet.Decoding;

/// <summary>
/// Decodes the values of one data page, in order and without its nulls, many at a call. Which of the three methods serves a column
/// follows from its physical type, as <see cref="ColumnVector"/> says.
/// </summary>
internal abstract class ValueDecoder
{
    public virtual void Read(Span<long> into) => throw WrongType();

    public virtual void Read(Span<double> into) => throw WrongType();

    public virtual void Read(ByteSink into, int count) => throw WrongType();

    /// <summary>Called when all values were read: a page that has more than its levels say contradicts itself.</summary>
    /// <exception cref="InvalidDataException">Values are left over.</exception>
    public virtual void CheckEnd()
    {
    }

    protected static InvalidDataException LeftOver(string what)
        => new($"a page has {what} more than its definition levels account for");

    private InvalidDataException WrongType()
        => new($"encoding {GetType().Name.Replace("Decoder", "", StringComparison.Ordinal)} does not serve the column's type");
}
