using System.Reflection;
using Xunit.Sdk;

namespace PPYolo.Tests.Alignment;

/// <summary>The quick lane has the rows that it names.</summary>
[Collection(Lanes.Second)]
public class QuickLaneTheories
{
    [Fact]
    public void EveryClassIsInALane() =>
        typeof(QuickLaneTheories)
            .Assembly.GetTypes()
            .Where(type => type.GetMethods().Any(method => method.IsDefined(typeof(FactAttribute))))
            .Where(type =>
                !type.GetCustomAttributesData()
                    .Any(data =>
                        data.AttributeType == typeof(CollectionAttribute)
                        && data.ConstructorArguments[0].Value is Lanes.First or Lanes.Second
                    )
            )
            .Should()
            .BeEmpty($"a third lane would begin somewhere among the two of {nameof(Lanes)}");

    [Fact]
    public void EachRowIsThere()
    {
        var theories = typeof(QuickLaneTheories)
            .Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .Where(method => method.IsDefined(typeof(QuickTheoryAttribute)))
            .ToList();

        theories.Should().HaveCount(2);
        foreach (var theory in theories)
        {
            var rows = theory.GetCustomAttributes<DataAttribute>().SelectMany(data => data.GetData(theory));
            rows.Count(row => Equals(row[0], theory.GetCustomAttribute<QuickTheoryAttribute>()!.Row)).Should().Be(1, theory.Name);
        }
    }
}
