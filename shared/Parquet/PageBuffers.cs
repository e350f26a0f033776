using System.Buffers;

namespace Streaming.Shared.Parquet;

/// <summary>
/// Buffers of pages, for all readers. The shared pool keeps a few dozen of a size, and a merge of many files has one or two open for each
/// column of each: the rest was garbage, so that memory grew with the files. A larger page than any usual one is not kept.
/// </summary>
internal static class PageBuffers
{
    private const int LargestKept = 4 * 1024 * 1024;
    private const int MostOfASize = 1024;

    private static readonly ArrayPool<byte> Pool = ArrayPool<byte>.Create(LargestKept, MostOfASize);

    public static byte[] Rent(int size) => Pool.Rent(size);

    /// <param name="buffer">An empty one was not rented, and is not kept.</param>
    public static void Return(byte[] buffer)
    {
        if (buffer.Length > 0) Pool.Return(buffer);
    }
}
