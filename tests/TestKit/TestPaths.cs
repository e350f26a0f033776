using System.Runtime.CompilerServices;

namespace Streaming.Tests.TestKit;

/// <summary>Where tests find the repository, the optional market data beside it, and a scratch folder of their own.</summary>
public static class TestPaths
{
    /// <summary>Root of the checkout.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>Real market data with oracles, or null where the checkout stands alone.</summary>
    public static string? MarketData
    {
        get
        {
            string folder = Path.Combine(Path.GetDirectoryName(Repository) ?? "/", "shared", "data");
            return Directory.Exists(folder) ? folder : null;
        }
    }

    public const string NoMarketData = "the market data folder ../shared/data is not there";

    /// <summary>Small inputs of shapes that people have, each with its right value, or null where the checkout stands alone.</summary>
    public static string? FieldCases
    {
        get
        {
            string folder = Path.Combine(Path.GetDirectoryName(Repository) ?? "/", "shared", "cases");
            return Directory.Exists(folder) ? folder : null;
        }
    }

    public const string NoFieldCases = "the folder of field cases ../shared/cases is not there";

    private static string FindRepository([CallerFilePath] string thisFile = "")
    {
        for (string? folder = Path.GetDirectoryName(thisFile); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Streaming.sln"))) return folder;
        }

        throw new InvalidOperationException($"No Streaming.sln above {thisFile}.");
    }
}

/// <summary>A folder that goes away with the test.</summary>
public sealed class ScratchFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("streaming-test-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // The test deleted it itself.
        }
    }
}
