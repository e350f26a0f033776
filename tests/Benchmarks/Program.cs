using Streaming.Tests.Benchmarks;
using Streaming.Tests.Benchmarks.Stages;

// ratios [stage...]   measures every stage, or those named, and prints one table; exit code 1 if a must fails
// serve               what the put stage starts: an endpoint with a canned answer, until its standard input ends
return args switch
{
    ["serve"] => await CannedEndpoint.ServeAsync(),
    ["ratios", .. string[] names] => await Ratios.RunAsync(names),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine($"usage: ratios [{string.Join('|', Ratios.StageNames)} ...]");
    return 2;
}
