namespace PPYolo.Tests.Unit.House.Walls;

/// <summary>Who may use whom, between the projects of src and between the folders inside each.</summary>
public sealed class ArrowTests
{
    /// <summary>The walls between rooms. Whoever adds an arrow adds it here, and says why.</summary>
    private const string Allowed = """
        Cli     -> Harness, Train, Data, Model, Kernels, Align
        Harness -> Train, Data, Model, Kernels, Align
        Train   -> Data, Model, Kernels, Align
        Data    -> Model, Align
        Model   -> Kernels
        Kernels ->
        Align   ->
        """;

    private static readonly Lazy<IReadOnlyList<TypeUse>> Source = new(() => TypeUse.Within(Room.OfSource));

    public static TheoryData<string> Rooms => [.. Room.OfSource.Select(room => room.Name)];

    [Fact]
    public void Projects_use_only_what_the_table_allows() =>
        Lines(Arrows.BetweenRooms(Source.Value).NotIn(Allowed)).Should().BeEmpty("the table is {0}", Allowed);

    [Fact]
    public void The_table_has_a_line_for_each_project_and_no_circle()
    {
        Allowed.Split('\n').Select(line => line.Split("->")[0].Trim()).Should().BeEquivalentTo(Room.OfSource.Select(room => room.Name));
        Arrows.Circles(Arrows.Parse(Allowed)).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Folders_of_a_project_form_no_circle(string room) =>
        Lines(Arrows.BetweenFolders(Source.Value, room).InCircles()).Should().BeEmpty("folders of a project build on one another");

    [Fact]
    public void Every_use_is_found_in_a_file() =>
        Source.Value.SelectMany(use => new[] { use.From, use.To }).Should().OnlyContain(place => place.File.EndsWith(".cs"));

    [Fact]
    public void An_arrow_that_the_table_lacks_is_named_with_types_and_files()
    {
        var table = Allowed.Replace("Harness -> Train, ", "Harness -> ", StringComparison.Ordinal);

        var found = Arrows.BetweenRooms(Source.Value).NotIn(table);

        table.Should().NotBe(Allowed);
        Lines(found)
            .Should()
            .MatchRegex(
                @"(?m)^Harness -> Train: src/Harness/\S+\.cs: PPYolo\.Harness\.\S+ uses PPYolo\.Train\.\S+ \(src/Train/\S+\.cs\); "
            );
    }

    /// <summary>One text, because of a list a failed assertion shows the first alone.</summary>
    private static string Lines(IEnumerable<string> messages) => string.Join("\n", messages);
}
