"""Steps of an approval: ask the approvers and record their votes."""
