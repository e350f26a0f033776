using System.Globalization;
using Streaming.Tests.Benchmarks;
using Streaming.Tests.Benchmarks.Cost;
using Streaming.Tests.Benchmarks.Stages;

// ratios [stage...]   measures every stage, or those named, and prints one table; exit code 1 if a must fails
// cost [tickers] [s]  counts the requests of a trading day, with so many seconds between flushes
// watch URL count     what the live stage starts: so many viewers of a live page, until its standard input ends
// serve               what the put stage starts: an endpoint with a canned answer, until its standard input ends
return args switch
{
    ["serve"] => await CannedEndpoint.ServeAsync(),
    ["watch", string url, string count] => await Viewers.WatchAsync(new Uri(url), int.Parse(count, CultureInfo.InvariantCulture)),
    ["ratios", .. string[] names] => await Ratios.RunAsync(names),
    ["cost", .. string[] numbers] => TradingDay.Run(
        numbers.Length > 0 ? int.Parse(numbers[0], CultureInfo.InvariantCulture) : 500,
        TimeSpan.FromSeconds(numbers.Length > 1 ? double.Parse(numbers[1], CultureInfo.InvariantCulture) : 60)),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine($"usage: ratios [{string.Join('|', Ratios.StageNames)} ...] | cost [tickers] [seconds between flushes]");
    return 2;
}
