namespace Streaming.Shared.Objects;

/// <summary>The order of the texts' UTF-8 bytes, which is S3's order of keys. It differs from UTF-16's at characters beyond U+FFFF.</summary>
public sealed class Utf8Order : IComparer<string>
{
    public static Utf8Order Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        if (x is null || y is null) return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        int at = x.AsSpan().CommonPrefixLength(y);
        return at == x.Length || at == y.Length ? x.Length.CompareTo(y.Length) : Rank(x[at]).CompareTo(Rank(y[at]));
    }

    // Surrogates are halves of characters that come after all others.
    private static int Rank(char c) => char.IsSurrogate(c) ? c + char.MaxValue : c;
}
