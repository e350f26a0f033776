using System.Buffers;

namespace Streaming.Shared.Parquet.Writing;

/// <summary>
/// The distinct texts of a column chunk and each row's index among them, where that pays: few distinct values. Reused for every chunk.
/// </summary>
internal sealed class TextDictionary : IDisposable
{
    // A dictionary of more bytes than a page would have to be held whole by every reader.
    private const int MaxBytes = ParquetWriter.PageBytes;

    private readonly Dictionary<string, int> _indexOf = new(StringComparer.Ordinal);
    private int[] _indices = [];
    private int _rows;

    /// <summary>The distinct texts, PLAIN.</summary>
    public PooledBuffer Page { get; } = new();

    public int Count => _indexOf.Count;

    /// <summary>Index of every row that has a value.</summary>
    public ReadOnlySpan<int> Indices => _indices.AsSpan(0, _rows);

    /// <summary>Builds it and true, or false as soon as it turns out not to pay: over half of the values distinct, or too large.</summary>
    public bool TryBuild(ReadOnlySpan<string?> values, int presentCount, ColumnBounds bounds)
    {
        Reset(presentCount);
        string? previous = null;
        int index = 0;
        foreach (string? value in values)
        {
            if (value is null) continue;
            if (!ReferenceEquals(value, previous))
            {
                previous = value;
                if (!_indexOf.TryGetValue(value, out index))
                {
                    if ((_indexOf.Count + 1) * 2 > presentCount) return false;
                    index = _indexOf.Count;
                    _indexOf.Add(value, index);
                    bounds.Include(PlainEncoder.Append(Page, value));
                    if (Page.Length > MaxBytes) return false;
                }
            }

            _indices[_rows++] = index;
        }

        return Count > 0;
    }

    public void Dispose()
    {
        Page.Dispose();
        if (_indices.Length > 0) ArrayPool<int>.Shared.Return(_indices);
        _indices = [];
    }

    private void Reset(int presentCount)
    {
        _indexOf.Clear();
        Page.Truncate(0);
        _rows = 0;
        if (_indices.Length >= presentCount) return;
        Dispose();
        _indices = ArrayPool<int>.Shared.Rent(presentCount);
    }
}
