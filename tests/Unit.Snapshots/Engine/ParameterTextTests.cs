using PPYolo.Tests.Snapshots.Engine;

namespace PPYolo.Tests.Unit.Snapshots.Engine;

public class ParameterTextTests
{
    public static TheoryData<object?, string> Values =>
        new()
        {
            { null, "null" },
            { "", "" },
            { "a:b", "a-b" },
            { true, "True" },
            { -1.5f, "-1.5" },
            { 0.1, "0.1" },
            { DayOfWeek.Friday, "Friday" },
            { new Version(2, 1), "v2" },
            { new[] { 1, 2 }, "1,2" },
            { Array.Empty<int>(), "[]" },
            { new[] { new[] { 1 }, [2, 3], [] }, "[1],[2,3],[]" },
            {
                new Dictionary<string, int> { ["a"] = 1, ["b"] = 2 },
                "a=1,b=2"
            },
            { new DateTime(2026, 1, 2), "2026-01-02" },
            { new DateTime(2026, 1, 2, 3, 4, 0, DateTimeKind.Utc), "2026-01-02T03-04Utc" },
            { new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(-2.5)), "2026-01-02T03-04-05-2-30" },
            { new DateOnly(2026, 1, 2), "2026-01-02" },
            { new TimeOnly(15, 4), "3-04-PM" },
        };

    [Theory]
    [MemberData(nameof(Values))]
    public void Each_kind_of_value_has_its_form(object? value, string expected) =>
        ParameterText.Of([("x", value)]).Should().Be($"_x={expected}");

    [Fact]
    public void Several_follow_each_other() => ParameterText.Of([("a", 1), ("b", "c")]).Should().Be("_a=1_b=c");
}
