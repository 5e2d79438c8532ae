using Mono.Cecil;
using Mono.Cecil.Rocks;
using PPYolo.Align.Explanations;
using PPYolo.Harness.Explain;

namespace PPYolo.Tests.Unit.Harness.Explain;

/// <summary>Looks through compiled code for causes: all are made of the catalogue, and all of the catalogue are found somewhere.</summary>
public sealed class CauseCatalogueTests
{
    private static readonly string Page = Path.Combine(Fixtures.Root, "docs", "causes.md");

    [Fact]
    public void Ids_are_each_once_and_meanings_are_sentences()
    {
        CauseCatalogue.All.Select(cause => cause.Id).Should().OnlyHaveUniqueItems();
        CauseCatalogue.All.Should().OnlyContain(cause => cause.Meaning.EndsWith('.') && !cause.Id.Any(char.IsUpper));
    }

    [Fact]
    public void Every_cause_is_in_the_list_of_all_and_is_found_by_something()
    {
        using var module = ModuleDefinition.ReadModule(typeof(CauseCatalogue).Assembly.Location);
        var declared = module.GetType(typeof(CauseCatalogue).FullName).Fields.Where(field => field.IsPublic).ToList();
        var used = Instructions(module)
            .Where(one => one.Method.DeclaringType.Name != nameof(CauseCatalogue))
            .Select(one => (one.Operand as FieldReference)?.FullName)
            .ToHashSet();

        CauseCatalogue.All.Should().HaveCount(declared.Count);
        declared.Where(field => !used.Contains(field.FullName)).Select(field => field.Name).Should().BeEmpty("nothing finds them");
    }

    [Fact]
    public void No_cause_is_made_but_of_the_catalogue()
    {
        using var module = ModuleDefinition.ReadModule(typeof(CauseCatalogue).Assembly.Location);
        string[] Makers(Type made) =>
            [
                .. Instructions(module)
                    .Where(one =>
                        one.Operand is MethodReference { Name: ".ctor" } called
                        && called.DeclaringType.FullName == made.FullName
                        && called.Parameters.Count > 1
                    )
                    .Select(one => one.Method.DeclaringType.Name)
                    .Distinct(),
            ];

        Makers(typeof(Cause)).Should().Equal(nameof(CauseKind));
        Makers(typeof(CauseKind)).Should().Equal(nameof(CauseCatalogue));
    }

    [Fact]
    public void The_page_lists_them()
    {
        string[] table =
        [
            "| cause | what is wrong in the second run | phase |",
            "|---|---|---|",
            .. CauseCatalogue.All.Select(cause => $"| {cause.Id} | {cause.Meaning} | {cause.Phase.ToString().ToLowerInvariant()} |"),
        ];

        File.ReadLines(Page)
            .Where(line => line.StartsWith('|'))
            .Should()
            .Equal(table, "the table of {0} is to be:\n{1}\n", Page, string.Join('\n', table));
    }

    private static IEnumerable<(MethodDefinition Method, object? Operand)> Instructions(ModuleDefinition module) =>
        from type in module.GetAllTypes()
        from method in type.Methods
        where method.HasBody
        from instruction in method.Body.Instructions
        select (method, instruction.Operand);
}
