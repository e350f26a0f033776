using Microsoft.Extensions.Configuration;

namespace Streaming.Consumer.Commands;

/// <summary>
/// Defaults below the command line: <c>STREAMING__Consumer__Lake=...</c> in the environment, then
/// <c>{ "Consumer": { "Lake": "..." } }</c> in <c>appsettings.json</c> where the command runs.
/// </summary>
internal sealed class Settings
{
    private readonly IConfigurationSection _section = new ConfigurationBuilder()
        .SetBasePath(Environment.CurrentDirectory)
        .AddJsonFile("appsettings.json", optional: true)
        .AddEnvironmentVariables("STREAMING__")
        .Build()
        .GetSection("Consumer");

    /// <summary>The text set for an option, or null: <c>--flush-interval</c> is <c>FlushInterval</c>.</summary>
    public string? this[string option]
        => _section[string.Concat(option.TrimStart('-').Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]))];
}
