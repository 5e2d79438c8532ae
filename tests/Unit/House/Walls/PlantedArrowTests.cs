namespace PPYolo.Tests.Unit.House.Walls;

/// <summary>That <see cref="Arrows"/> sees what it must, tried on two small folders of this assembly that use each other.</summary>
public sealed class PlantedArrowTests
{
    private static readonly string Name = typeof(Planted.Users.Nothing).Namespace!.Replace(".Users", "", StringComparison.Ordinal);

    private static readonly Room Here = new(
        "Planted",
        typeof(PlantedArrowTests).Assembly.GetName().Name!,
        Name,
        "tests/Unit/House/Planted"
    );

    private static readonly Lazy<IReadOnlyList<TypeUse>> Uses = new(() => TypeUse.Within([Here]));

    public static TheoryData<string> Kinds =>
        [.. typeof(Planted.Users.Nothing).Assembly.GetTypes().Where(IsUser).Select(type => type.Name["Uses".Length..])];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_use_of_each_kind_is_found(string used)
    {
        // Constants are copied by the compiler.
        string[] expected = used == nameof(Planted.Used.Constant) ? [] : [$"{Name}.Used.{used}"];

        Uses.Value.Where(use => use.From.Type == $"{Name}.Users.Uses{used}").Select(use => use.To.Type).Should().Equal(expected);
    }

    [Fact]
    public void A_circle_of_folders_is_named_with_types_and_files()
    {
        var found = Arrows.BetweenFolders(Uses.Value, Here.Name).InCircles();

        found.Should().HaveCount(2);
        found
            .Should()
            .Contain(message => message.StartsWith("Users -> Used: tests/Unit/House/Planted/Users/Users.cs: ", StringComparison.Ordinal));
        found
            .Should()
            .Contain(
                $"Used -> Users: tests/Unit/House/Planted/Used/Used.cs: {Name}.Used.WayBack uses {Name}.Users.Nothing "
                    + "(tests/Unit/House/Planted/Users/Users.cs)"
            );
    }

    [Fact]
    public void Without_the_way_back_there_is_no_circle() =>
        Arrows
            .BetweenFolders(Uses.Value.Where(use => !use.From.Type.EndsWith("WayBack", StringComparison.Ordinal)), Here.Name)
            .InCircles()
            .Should()
            .BeEmpty();

    private static bool IsUser(Type type) =>
        type.Namespace == typeof(Planted.Users.Nothing).Namespace && type.Name.StartsWith("Uses", StringComparison.Ordinal);
}
