namespace Streaming.Tests.Benchmarks.Data;

/// <summary>A scratch folder whose files are in memory where the system has such a place, so that no row measures a disk by accident.</summary>
internal sealed class MemoryFolder : IDisposable
{
    private const string Tmpfs = "/dev/shm";

    public MemoryFolder()
    {
        Path = System.IO.Path.Combine(Directory.Exists(Tmpfs) ? Tmpfs : System.IO.Path.GetTempPath(), $"streaming-benchmark-{Environment.ProcessId}");
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
