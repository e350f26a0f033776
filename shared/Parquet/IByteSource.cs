namespace Streaming.Shared.Parquet;

/// <summary>Random access to the bytes of a file, an object or a buffer.</summary>
public interface IByteSource : IDisposable
{
    /// <summary>For messages.</summary>
    string Name { get; }

    long Length { get; }

    /// <summary>Fills <paramref name="destination"/> from <paramref name="offset"/>.</summary>
    /// <exception cref="EndOfStreamException">The range reaches past the end.</exception>
    void Read(long offset, Span<byte> destination);
}

/// <summary>A local file.</summary>
public sealed class FileByteSource : IByteSource
{
    private readonly Microsoft.Win32.SafeHandles.SafeFileHandle _handle;

    public FileByteSource(string path)
    {
        Name = path;
        _handle = File.OpenHandle(path);
        Length = RandomAccess.GetLength(_handle);
    }

    public string Name { get; }

    public long Length { get; }

    public void Read(long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            int read = RandomAccess.Read(_handle, destination, offset);
            if (read == 0) throw new EndOfStreamException($"{Name} ends before byte {offset + destination.Length}.");
            destination = destination[read..];
            offset += read;
        }
    }

    public void Dispose() => _handle.Dispose();
}

/// <summary>A buffer.</summary>
public sealed class MemoryByteSource(string name, ReadOnlyMemory<byte> bytes) : IByteSource
{
    public string Name { get; } = name;

    public ReadOnlyMemory<byte> Bytes => bytes;

    public long Length => bytes.Length;

    public void Read(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset + destination.Length > bytes.Length)
            throw new EndOfStreamException($"{Name} ends before byte {offset + destination.Length}.");
        bytes.Span.Slice((int)offset, destination.Length).CopyTo(destination);
    }

    public void Dispose()
    {
    }
}
