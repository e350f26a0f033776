namespace Streaming.Shared.Parquet.Writing;

/// <summary>The encodings that are written, with the numbers of the format (<c>Encoding</c>).</summary>
internal enum ValueEncoding
{
    Plain = 0,
    Rle = 3,
    RleDictionary = 8,
}
