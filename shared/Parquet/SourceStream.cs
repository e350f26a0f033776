namespace Streaming.Shared.Parquet;

/// <summary>A byte source as the stream that the library reads. The library seeks and reads under a lock of its own, and reads ahead.</summary>
internal sealed class SourceStream(IByteSource source) : Stream
{
    /// <summary>What the source threw last on this thread: the library passes on its text alone.</summary>
    [ThreadStatic]
    internal static Exception? Failure;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => source.Length;

    public override long Position { get; set; }

    public override int Read(Span<byte> buffer)
    {
        int count = (int)Math.Min(buffer.Length, Math.Max(0, Length - Position));
        try
        {
            source.Read(Position, buffer[..count]);
        }
        catch (Exception problem)
        {
            Failure = problem;
            throw;
        }

        Position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
