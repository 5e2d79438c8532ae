using System.Reflection;
using System.Text.Json;
using PPYolo.Tests.Snapshots.Subject;
using Xunit.Sdk;

// Usage: PPYolo.Tests.Snapshots.Subject CLASS [CLASS ...]: runs the tests of these classes and prints a line of JSON for each.
var assembly = Assembly.GetExecutingAssembly();
using var framework = new XunitTestFramework(new Discovery());
var options = new RunOptions();

using var discovery = new Discovery();
using var discoverer = framework.GetDiscoverer(Reflector.Wrap(assembly));
discoverer.Find(includeSourceInformation: false, discovery, options);
discovery.Finished.Wait();
var chosen = discovery.Cases.Where(test => args.Contains(test.TestMethod.TestClass.Class.Name.Split('.')[^1])).ToArray();

using var results = new Results();
using var executor = framework.GetExecutor(assembly.GetName());
executor.RunTests(chosen, results, options);
results.Finished.Wait();
foreach (var result in results.All)
{
    Console.WriteLine(JsonSerializer.Serialize(result));
}

return results.All.IsEmpty ? 2 : 0;
