using Streaming.Producer.Archive;

namespace Streaming.Producer.Resuming;

/// <summary>What decides which tick has which <c>seq</c>. A replay is continued only where all of it is as it was.</summary>
/// <param name="Stream">Its address.</param>
/// <param name="CreationId">The stream's: one that was made anew lacks what was sent.</param>
/// <param name="Options">As they were typed; those that are not here have their default.</param>
/// <param name="Files">In the order in which they are read.</param>
internal sealed record ReplayIdentity(string Stream, string CreationId, IReadOnlyDictionary<string, string> Options, IReadOnlyList<ReplayFile> Files)
{
    private const int FilesShown = 3;

    public static IReadOnlyList<ReplayFile> FilesOf(IEnumerable<InputFile> inputs) => [.. inputs.Select(file => new ReplayFile(file.Path, file.Version))];

    /// <summary>What of the earlier replay is not so in this one, for people; empty if they are the same.</summary>
    public IReadOnlyList<string> DifferencesFrom(ReplayIdentity earlier)
    {
        var differences = new List<string>();
        if (CreationId != earlier.CreationId) differences.Add($"the stream {Stream} was deleted and made again");
        foreach (string option in earlier.Options.Keys.Union(Options.Keys).Order(StringComparer.Ordinal))
        {
            string? before = earlier.Options.GetValueOrDefault(option), now = Options.GetValueOrDefault(option);
            if (before != now) differences.Add($"{option} was {before ?? "not given"}, is {now ?? "not given"}");
        }

        string[] files = [.. FileDifferences(earlier)];
        differences.AddRange(files.Take(FilesShown));
        if (files.Length > FilesShown) differences.Add($"{files.Length - FilesShown} more files differ");
        return differences;
    }

    private IEnumerable<string> FileDifferences(ReplayIdentity earlier)
    {
        var before = earlier.Files.ToDictionary(file => file.Path, StringComparer.Ordinal);
        foreach (ReplayFile file in Files)
        {
            if (!before.Remove(file.Path, out ReplayFile? known)) yield return $"{file.Path} is new";
            else if (known.Version != file.Version) yield return $"{file.Path} was {known.Version}, is {file.Version}";
        }

        foreach (string gone in before.Keys) yield return $"{gone} is gone";
        if (before.Count == 0 && Files.Count == earlier.Files.Count && !Files.Select(file => file.Path).SequenceEqual(earlier.Files.Select(file => file.Path)))
            yield return "the files are in another order";
    }
}

internal sealed record ReplayFile(string Path, string Version);
