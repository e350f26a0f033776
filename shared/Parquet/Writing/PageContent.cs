namespace Streaming.Shared.Parquet.Writing;

/// <summary>What a page's bytes are, for the compression: it knows where numbers of eight bytes repeat, if they end the page.</summary>
internal enum PageContent
{
    Bytes,
    Longs,
    Doubles,
}
