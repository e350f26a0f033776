using Microsoft.Win32.SafeHandles;

namespace Streaming.Shared.Streams.Local;

/// <summary>
/// <c>stream.json</c> on disk. Reads it again only when the file has changed, which its length shows too, should the clock of the file
/// system be too coarse: every reshard makes it longer.
/// </summary>
internal sealed class ManifestFile(StreamFolder folder, string address)
{
    private readonly Lock _gate = new();
    private (DateTime WrittenAt, long Length) _stamp;
    private StreamManifest? _manifest;

    public bool Exists => File.Exists(folder.Manifest);

    /// <exception cref="StreamNotFoundException">There is none.</exception>
    /// <exception cref="StreamUnavailableException">It cannot be read, is broken, or comes from another version of the program.</exception>
    public StreamManifest Load()
    {
        lock (_gate)
        {
            try
            {
                var file = new FileInfo(folder.Manifest);
                if (!file.Exists) throw new StreamNotFoundException(address);
                (DateTime, long) stamp = (file.LastWriteTimeUtc, file.Length);
                if (_manifest is null || stamp != _stamp)
                {
                    StreamManifest loaded = StreamManifest.Parse(File.ReadAllBytes(folder.Manifest));
                    (_manifest, _stamp) = (loaded, stamp);
                }

                return _manifest;
            }
            catch (FormatException e)
            {
                throw new StreamUnavailableException($"The stream {address} cannot be opened: {folder.Manifest} is not usable: {e.Message}. Restore it from a copy.", e);
            }
            catch (NotSupportedException e)
            {
                throw new StreamUnavailableException($"The stream {address} cannot be opened: {e.Message}", e);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                throw new StreamNotFoundException(address);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new StreamUnavailableException($"The stream {address} cannot be opened: {e.Message}", e);
            }
        }
    }

    /// <summary>Writes it whole or not at all. The append lock must be held.</summary>
    public void Write(StreamManifest manifest)
    {
        using (SafeFileHandle draft = File.OpenHandle(folder.ManifestDraft, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(draft, manifest.ToJson(), 0);
            RandomAccess.FlushToDisk(draft);
        }

        File.Move(folder.ManifestDraft, folder.Manifest, overwrite: true);
        StreamFolder.SyncNames(folder.Path);
    }
}
