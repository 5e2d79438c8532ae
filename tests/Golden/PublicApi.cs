using PPYolo.Align.Tensors;
using PublicApiGenerator;

namespace PPYolo.Tests.Golden;

/// <summary>What users of the alignment library can call.</summary>
public class PublicApi
{
    [Fact]
    public Task OfTheAlignLibrary() => Verify(typeof(NamedTensors).Assembly.GeneratePublicApi(new() { IncludeAssemblyAttributes = false }));
}
