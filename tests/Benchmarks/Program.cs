using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using Streaming.Tests.Benchmarks;
using Streaming.Tests.Benchmarks.Cost;
using Streaming.Tests.Benchmarks.Stages;

// ratios [stage...]   measures every stage, or those named, and prints one table; exit code 1 if a must fails
// micro [options]     single operations by BenchmarkDotNet, whose options follow: --list flat, --filter *Decode*, --job short
// cost [tickers] [s]  counts the requests of a trading day, with so many seconds between flushes
// leases [tickers]    counts the bytes of a minute of leases and checkpoints, 4 shards and 3 workers
// watch URL count     what the live stage starts: so many viewers of a live page, until its standard input ends
// serve               what the put stage starts: an endpoint with a canned answer, until its standard input ends
return args switch
{
    ["serve"] => await CannedEndpoint.ServeAsync(),
    ["watch", string url, string count] => await Viewers.WatchAsync(new Uri(url), int.Parse(count, CultureInfo.InvariantCulture)),
    ["ratios", .. string[] names] => await Ratios.RunAsync(names),
    ["micro", .. string[] options] => Micro(options),
    ["leases", .. string[] numbers] => LeaseTraffic.Run(numbers.Length > 0 ? int.Parse(numbers[0], CultureInfo.InvariantCulture) : 10_000),
    ["cost", .. string[] numbers] => TradingDay.Run(
        numbers.Length > 0 ? int.Parse(numbers[0], CultureInfo.InvariantCulture) : 500,
        TimeSpan.FromSeconds(numbers.Length > 1 ? double.Parse(numbers[1], CultureInfo.InvariantCulture) : 60)),
    _ => Usage(),
};

static int Micro(string[] options)
{
    // In this process: to build one of its own, it looks for a project of the assembly's name.
    IConfig config = DefaultConfig.Instance.WithArtifactsPath(Path.Combine("artifacts", "benchmarks"));
    return BenchmarkSwitcher.FromAssembly(typeof(Ratios).Assembly).Run([.. options, "--inProcess"], config)
        .SelectMany(summary => summary.Reports).All(report => report.Success) ? 0 : 1;
}

static int Usage()
{
    Console.Error.WriteLine($"usage: ratios [{string.Join('|', Ratios.StageNames)} ...] | micro [options of BenchmarkDotNet] | cost [tickers] [seconds between flushes] | leases [tickers]");
    return 2;
}
