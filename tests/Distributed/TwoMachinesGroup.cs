namespace PPYolo.Tests.Distributed;

/// <summary>The tests that share two machines.</summary>
[CollectionDefinition(Name)]
public sealed class TwoMachinesGroup : ICollectionFixture<TwoMachines>
{
    public const string Name = "two machines";
}
